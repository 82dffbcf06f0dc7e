// SPDX-License-Identifier: MIT
#ifndef MINER_MONOTONIC_CLOCK_H
#define MINER_MONOTONIC_CLOCK_H

#include <stdint.h>

// Milliseconds since an arbitrary moment; never set back.
uint64_t monotonic_ms(void);

#endif
