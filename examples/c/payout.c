// SPDX-License-Identifier: MIT
#include "payout.h"

#define VALUE_SIZE 8u

enum opcode {
    OP_PUSHDATA1 = 0x4c,
    OP_PUSHDATA2 = 0x4d,
    OP_PUSHDATA4 = 0x4e,
    OP_CHECKSIG = 0xac,
    OP_CHECKSIGVERIFY = 0xad,
    OP_CHECKMULTISIG = 0xae,
    OP_CHECKMULTISIGVERIFY = 0xaf
};

uint32_t payout_output_size(const struct payout *payout) {
    return (uint32_t)(VALUE_SIZE + compact_size_size(payout->script_size) + payout->script_size);
}

// Size of the data behind a push opcode, with the length bytes in front of it.
static size_t push_size(const uint8_t *script, size_t size, size_t position) {
    const uint8_t opcode = script[position];
    if (opcode < OP_PUSHDATA1) {
        return opcode;
    }
    const size_t length_size = opcode == OP_PUSHDATA1   ? 1
                               : opcode == OP_PUSHDATA2 ? 2
                               : opcode == OP_PUSHDATA4 ? 4
                                                        : 0;
    if (length_size > size - position - 1) {
        return size;
    }
    size_t length = 0;
    for (size_t i = length_size; i > 0; i--) {
        length = length << 8 | script[position + i];
    }
    // A push behind the end of the script ends the count, as it does in a node.
    return length > size ? size : length_size + length;
}

uint16_t payout_sigop_cost(const struct payout *payout) {
    uint32_t sigops = 0;
    for (size_t position = 0; position < payout->script_size;) {
        const uint8_t opcode = payout->script[position];
        if (opcode == OP_CHECKSIG || opcode == OP_CHECKSIGVERIFY) {
            sigops += 1;
        } else if (opcode == OP_CHECKMULTISIG || opcode == OP_CHECKMULTISIGVERIFY) {
            sigops += 20; // outputs are counted without looking at the number of keys
        }
        position += 1 + push_size(payout->script, payout->script_size, position);
    }
    // Section 7.1 says "sigops" and Bitcoin Core subtracts the number from the limit of BIP141,
    // where one in an output counts four times. More than needed only costs room; less could make
    // the block invalid.
    return (uint16_t)(4 * sigops);
}

void payout_write_output(const struct payout *payout, uint64_t value, struct byte_writer *writer) {
    write_u64(writer, value);
    write_compact_size(writer, payout->script_size);
    write_bytes(writer, payout->script, payout->script_size);
}
