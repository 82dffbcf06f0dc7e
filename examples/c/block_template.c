// SPDX-License-Identifier: MIT
#include "block_template.h"

#include <stdlib.h>
#include <string.h>

#define OUTPUT_VALUE_SIZE 8u
#define MERKLE_NODE_SIZE 32u
#define MONEY_MAX UINT64_C(2100000000000000) // satoshi; an output above it makes a block invalid

// BIP141: OP_RETURN, a push of 36 bytes, four magic bytes, then the commitment.
#define WITNESS_COMMITMENT_SCRIPT_SIZE 38u
static const uint8_t witness_commitment_start[] = {0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed};

static bool is_witness_commitment(const uint8_t *script, size_t size) {
    return size >= WITNESS_COMMITMENT_SCRIPT_SIZE &&
           memcmp(script, witness_commitment_start, sizeof witness_commitment_start) == 0;
}

// Takes a CompactSize from the front of bytes. Its shortest form is the only one that nodes take.
static bool take_compact_size(sv2_bytes *bytes, uint64_t *value) {
    if (bytes->len == 0) {
        return false;
    }
    const uint8_t first = bytes->data[0];
    const size_t size = first < 0xfd ? 0 : (size_t)2 << (first - 0xfd);
    if (size > bytes->len - 1) {
        return false;
    }
    uint64_t number = first;
    if (size > 0) {
        number = 0;
        for (size_t i = size; i > 0; i--) {
            number = number << 8 | bytes->data[i];
        }
        const uint64_t least = size == 2 ? 0xfd : UINT64_C(1) << (4 * size);
        if (number < least) {
            return false;
        }
    }
    bytes->data += 1 + size;
    bytes->len -= 1 + size;
    *value = number;
    return true;
}

// Whether bytes are exactly count transaction outputs, without a count in front (section 7.2).
static bool check_outputs(sv2_bytes bytes, uint32_t count, bool *has_witness_commitment) {
    *has_witness_commitment = false;
    for (uint32_t i = 0; i < count; i++) {
        if (bytes.len < OUTPUT_VALUE_SIZE) {
            return false;
        }
        bytes.data += OUTPUT_VALUE_SIZE;
        bytes.len -= OUTPUT_VALUE_SIZE;
        uint64_t script_size = 0;
        if (!take_compact_size(&bytes, &script_size) || script_size > bytes.len) {
            return false;
        }
        if (is_witness_commitment(bytes.data, (size_t)script_size)) {
            *has_witness_commitment = true;
        }
        bytes.data += script_size;
        bytes.len -= (size_t)script_size;
    }
    return bytes.len == 0;
}

const char *block_template_copy(const sv2_new_template *message, struct block_template **copy) {
    *copy = NULL;
    if (message->coinbase_prefix.len > COINBASE_PREFIX_SIZE_MAX) {
        return "its coinbase_prefix has more than 8 bytes";
    }
    if (message->coinbase_tx_value_remaining > MONEY_MAX) {
        return "its coinbase_tx_value_remaining is more than there can be";
    }
    bool has_witness_commitment = false;
    if (!check_outputs(message->coinbase_tx_outputs, message->coinbase_tx_outputs_count,
                       &has_witness_commitment)) {
        return "its coinbase_tx_outputs are not coinbase_tx_outputs_count outputs";
    }

    const size_t outputs_size = message->coinbase_tx_outputs.len;
    const size_t path_size = message->merkle_path.count * MERKLE_NODE_SIZE; // at most 255 nodes
    struct block_template *made = malloc(sizeof *made + outputs_size + path_size);
    if (made == NULL) {
        return "there is no memory for it";
    }
    made->template_id = message->template_id;
    made->version = message->version;
    made->coinbase_tx_version = message->coinbase_tx_version;
    made->coinbase_prefix_size = message->coinbase_prefix.len;
    made->coinbase_tx_input_sequence = message->coinbase_tx_input_sequence;
    made->coinbase_tx_value_remaining = message->coinbase_tx_value_remaining;
    made->coinbase_tx_outputs_count = message->coinbase_tx_outputs_count;
    made->coinbase_tx_outputs = made->bytes;
    made->coinbase_tx_outputs_size = outputs_size;
    made->has_witness_commitment = has_witness_commitment;
    made->coinbase_tx_locktime = message->coinbase_tx_locktime;
    made->merkle_path = made->bytes + outputs_size;
    made->merkle_path_count = message->merkle_path.count;
    // The data of an empty field is NULL, which memcpy does not take.
    if (message->coinbase_prefix.len > 0) {
        memcpy(made->coinbase_prefix, message->coinbase_prefix.data, message->coinbase_prefix.len);
    }
    if (outputs_size > 0) {
        memcpy(made->bytes, message->coinbase_tx_outputs.data, outputs_size);
    }
    if (path_size > 0) {
        memcpy(made->bytes + outputs_size, message->merkle_path.data, path_size);
    }
    *copy = made;
    return NULL;
}
