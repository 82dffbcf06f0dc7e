#include "peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"

uint8_t *reserve(output *out, size_t size) {
    if (out->capacity - out->len < size) {
        const size_t capacity = 2 * out->capacity + size;
        uint8_t *grown = realloc(out->data, capacity);
        if (grown == NULL) {
            fputs("interop_peer: no memory\n", stderr);
            exit(1);
        }
        out->data = grown;
        out->capacity = capacity;
    }
    return out->data + out->len;
}

void put(output *out, const void *data, size_t size) {
    uint8_t *room = reserve(out, size);
    if (size > 0) {
        memcpy(room, data, size);
    }
    out->len += size;
}

void put_text(output *out, const char *text) {
    put(out, text, strlen(text));
}

void put_number(output *out, uint64_t number) {
    char digits[21];
    const int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    put(out, digits, (size_t)n);
}

void put_hex(output *out, const uint8_t *data, size_t size) {
    static const char digits[] = "0123456789abcdef";
    uint8_t *room = reserve(out, 2 * size);
    for (size_t i = 0; i < size; i++) {
        room[2 * i] = (uint8_t)digits[data[i] >> 4];
        room[2 * i + 1] = (uint8_t)digits[data[i] & 15];
    }
    out->len += 2 * size;
}

const uint8_t *take(input *in, size_t size) {
    const uint8_t *part = in->data;
    if (size > in->len) {
        return NULL;
    }
    in->data += size;
    in->len -= size;
    return part;
}

uint32_t take_number(input *in) {
    const uint8_t *b = take(in, 4);
    return b == NULL
               ? 0
               : (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static sv2_status encode_alone(input json, output *out) {
    return encode_message(json, NULL, out);
}

/* What answers each request. */
static const struct {
    char what;
    sv2_status (*answer)(input request, output *out);
} answers[] = {
    {'D', decode_message},       {'E', encode_alone},     {'T', decode_tlvs},
    {'S', encode_with_identity}, {'C', name_message},     {'K', describe_key},
    {'p', parse_public_key},     {'s', parse_secret_key}, {'I', start_handshake},
    {'F', finish_handshake},     {'R', respond},          {'L', plain_link},
    {'X', seal_frame},           {'O', open_stream},      {'Q', forget_link},
};

static sv2_status answer(char what, input request, output *out) {
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        if (answers[i].what == what) {
            return answers[i].answer(request, out);
        }
    }
    return SV2_ERR_ARGUMENT;
}

static void put_size(uint8_t *at, size_t size) {
    for (size_t i = 0; i < 4; i++) {
        at[i] = (uint8_t)(size >> 8 * i);
    }
}

/* Reads so many bytes; whether there were as many. */
static int receive(uint8_t *to, size_t size) {
    return fread(to, 1, size, stdin) == size;
}

static int answer_requests(void) {
    enum { HEAD = 5 }; /* size of the answer and its outcome */
    output request = {NULL, 0, 0}, reply = {NULL, 0, 0};
    static char in_buffer[1 << 16], out_buffer[1 << 16];
    if (setvbuf(stdin, in_buffer, _IOFBF, sizeof in_buffer) != 0 ||
        setvbuf(stdout, out_buffer, _IOFBF, sizeof out_buffer) != 0) {
        return 1;
    }
    uint8_t head[4];
    while (receive(head, sizeof head)) {
        input size = {head, sizeof head};
        request.len = 0;
        const size_t len = take_number(&size);
        if (len == 0 || !receive(reserve(&request, len), len)) {
            return 1;
        }
        const input rest = {request.data + 1, len - 1};
        reply.len = 0;
        memset(reserve(&reply, HEAD), 0, HEAD);
        reply.len = HEAD;
        const sv2_status status = answer((char)request.data[0], rest, &reply);
        if (status != SV2_OK) {
            reply.len = HEAD;
            put_text(&reply, sv2_status_name(status));
            reply.data[4] = 1;
        }
        put_size(reply.data, reply.len - 4);
        if (fwrite(reply.data, 1, reply.len, stdout) != reply.len || fflush(stdout) != 0) {
            return 1;
        }
    }
    free(request.data);
    free(reply.data);
    return 0;
}

/* Without arguments it answers requests; "session CONFIGURATION" is one end of a conversation. */
int main(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[1], "session") == 0) {
        return run_session(argv[2]);
    }
    return answer_requests();
}
