/* libsv2 through its C ABI as a side of the interoperability tests: it answers requests on standard
 * input. test/interop/protocol.go says what each of them does. */
#ifndef INTEROP_PEER_H
#define INTEROP_PEER_H

#include <stddef.h>
#include <stdint.h>

#include "sv2.h"

/* What an answer is put together in. */
typedef struct output {
    uint8_t *data;
    size_t len, capacity;
} output;

/* Room for size more bytes behind what there is; len does not count them yet. Ends the program when
 * there is no memory. */
uint8_t *reserve(output *out, size_t size);
void put(output *out, const void *data, size_t size);
void put_text(output *out, const char *text);
void put_number(output *out, uint64_t number);
void put_hex(output *out, const uint8_t *data, size_t size);

/* The parts of a request, one behind the other. */
typedef struct input {
    const uint8_t *data;
    size_t len;
} input;

/* The next size bytes, or NULL when there are fewer. */
const uint8_t *take(input *in, size_t size);
/* The next U32; 0 when there is none. */
uint32_t take_number(input *in);

/* message.c */
sv2_status decode_message(input frame, output *out);
sv2_status encode_message(input json, const sv2_bytes *trailing, output *out);
sv2_status encode_with_identity(input request, output *out);
sv2_status decode_tlvs(input request, output *out);
sv2_status name_message(input frame, output *out);

/* link.c */
sv2_status describe_key(input secret, output *out);
sv2_status parse_public_key(input text, output *out);
sv2_status parse_secret_key(input text, output *out);
sv2_status start_handshake(input request, output *out);
sv2_status finish_handshake(input request, output *out);
sv2_status respond(input request, output *out);
sv2_status plain_link(input request, output *out);
sv2_status seal_frame(input request, output *out);
sv2_status open_stream(input request, output *out);
sv2_status forget_link(input request, output *out);

#endif
