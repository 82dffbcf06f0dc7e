// SPDX-License-Identifier: MIT
// The coinbase output that pays the miner.
#ifndef MINER_PAYOUT_H
#define MINER_PAYOUT_H

#include "byte_writer.h"

#include <stddef.h>
#include <stdint.h>

#define PAYOUT_SCRIPT_SIZE_MAX 520u

struct payout {
    uint8_t script[PAYOUT_SCRIPT_SIZE_MAX];
    size_t script_size;
};

// The values of CoinbaseOutputConstraints (section 7.1).
uint32_t payout_output_size(const struct payout *payout);
uint16_t payout_sigop_cost(const struct payout *payout);

void payout_write_output(const struct payout *payout, uint64_t value, struct byte_writer *writer);

#endif
