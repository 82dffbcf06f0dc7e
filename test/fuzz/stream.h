/* Giving a stream to a decoder in pieces that the input chooses, and taking frames in the ways that
 * there are. */
#ifndef STREAM_H
#define STREAM_H

#include "fuzz.h"

/* Gives some of the stream, by copy or in place; returns the status, and how much in taken. */
static inline sv2_status give(sv2_decoder decoder, fuzz_input stream, uint8_t way, size_t *taken) {
    const size_t size = stream.size < (size_t)(way >> 1) + 1 ? stream.size : (size_t)(way >> 1) + 1;
    *taken = 0;
    if ((way & 1) == 0) {
        const sv2_status status = SANE(sv2_decoder_feed(decoder, stream.data, size, taken));
        EXPECT(*taken <= size);
        return status;
    }
    uint8_t *out;
    size_t capacity;
    sv2_status status = SANE(sv2_decoder_writable(decoder, &out, &capacity));
    if (status != SV2_OK) {
        return status;
    }
    EXPECT(capacity >= 1);
    memset(out, 0xcc, capacity);
    const size_t written = size < capacity ? size : capacity;
    memcpy(out, stream.data, written);
    status = SANE(sv2_decoder_commit(decoder, written));
    *taken = status == SV2_OK ? written : 0;
    return status;
}

#endif
