// SPDX-License-Identifier: MIT
// Writes Bitcoin's serialisation into an array of fixed size.
#ifndef MINER_BYTE_WRITER_H
#define MINER_BYTE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct byte_writer {
    uint8_t *out;
    size_t capacity;
    size_t size;
    bool overflowed; // sticky: look once, at the end
};

void write_bytes(struct byte_writer *writer, const uint8_t *data, size_t size);
void write_u8(struct byte_writer *writer, uint8_t value);
void write_u32(struct byte_writer *writer, uint32_t value); // little-endian, as all of Bitcoin
void write_u64(struct byte_writer *writer, uint64_t value);
void write_compact_size(struct byte_writer *writer, uint64_t value);

size_t compact_size_size(uint64_t value);

#endif
