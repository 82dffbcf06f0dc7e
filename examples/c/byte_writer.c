// SPDX-License-Identifier: MIT
#include "byte_writer.h"

#include <string.h>

void write_bytes(struct byte_writer *writer, const uint8_t *data, size_t size) {
    if (writer->overflowed || size > writer->capacity - writer->size) {
        writer->overflowed = true;
        return;
    }
    if (size > 0) {
        memcpy(writer->out + writer->size, data, size);
    }
    writer->size += size;
}

static void write_little_endian(struct byte_writer *writer, uint64_t value, size_t size) {
    uint8_t bytes[8];
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (uint8_t)(value >> (8 * i));
    }
    write_bytes(writer, bytes, size);
}

void write_u8(struct byte_writer *writer, uint8_t value) {
    write_bytes(writer, &value, 1);
}

void write_u32(struct byte_writer *writer, uint32_t value) {
    write_little_endian(writer, value, 4);
}

void write_u64(struct byte_writer *writer, uint64_t value) {
    write_little_endian(writer, value, 8);
}

void write_compact_size(struct byte_writer *writer, uint64_t value) {
    const size_t size = compact_size_size(value);
    if (size == 3) {
        write_u8(writer, 0xfd);
    } else if (size == 5) {
        write_u8(writer, 0xfe);
    } else if (size == 9) {
        write_u8(writer, 0xff);
    }
    write_little_endian(writer, value, size == 1 ? 1 : size - 1);
}

size_t compact_size_size(uint64_t value) {
    if (value < 0xfd) {
        return 1;
    }
    if (value <= 0xffff) {
        return 3;
    }
    return value <= 0xffffffff ? 5 : 9;
}
