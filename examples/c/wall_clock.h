// SPDX-License-Identifier: MIT
// The time of day, which certificates are checked against and which may be wrong.
#ifndef MINER_WALL_CLOCK_H
#define MINER_WALL_CLOCK_H

#include <stdint.h>

// Seconds since 1970; 0 if the clock is before that.
uint64_t wall_clock_seconds(void);

#define UTC_TEXT_SIZE 40u

// 2026-11-20T09:51:46Z.
void utc_to_text(uint64_t seconds, char out[UTC_TEXT_SIZE]);

#endif
