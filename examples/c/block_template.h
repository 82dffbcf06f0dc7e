// SPDX-License-Identifier: MIT
// A template of the provider: the fields of NewTemplate (section 7.2), checked and copied.
#ifndef MINER_BLOCK_TEMPLATE_H
#define MINER_BLOCK_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sv2.h>

#define COINBASE_PREFIX_SIZE_MAX 8u // section 7.2; the type on the wire would allow 255

struct block_template {
    uint64_t template_id;
    uint32_t version;
    uint32_t coinbase_tx_version;
    uint8_t coinbase_prefix[COINBASE_PREFIX_SIZE_MAX];
    size_t coinbase_prefix_size;
    uint32_t coinbase_tx_input_sequence;
    uint64_t coinbase_tx_value_remaining;
    uint32_t coinbase_tx_outputs_count;
    const uint8_t *coinbase_tx_outputs; // into bytes
    size_t coinbase_tx_outputs_size;
    bool has_witness_commitment; // one of coinbase_tx_outputs is that of BIP141
    uint32_t coinbase_tx_locktime;
    const uint8_t *merkle_path; // into bytes, merkle_path_count hashes
    size_t merkle_path_count;
    uint8_t bytes[];
};

// The message borrows from the decoder and lives until more bytes arrive, the template as long as
// it is mined on.
// Out:     copy  to be freed with free().
// Returns: NULL, or why nothing valid can be mined with this template.
const char *block_template_copy(const sv2_new_template *message, struct block_template **copy);

#endif
