/* Keys, handshakes and links. */
#include <string.h>

#include "peer.h"

/* A link is one end of a connection; a handshake is one that act 2 is missing to. Their numbers are
 * places in the table, counted from 1. */
typedef struct end {
    int used;
    sv2_initiator initiator;
    sv2_transport transport; /* {0} without encryption */
    sv2_decoder decoder;
} end;

enum { ENDS = 64 };
static end ends[ENDS];
static sv2_secret_key server; /* of all links in which this side responds */

static end *new_end(output *out) {
    for (uint8_t i = 0; i < ENDS; i++) {
        if (!ends[i].used) {
            const uint8_t number[4] = {(uint8_t)(i + 1), 0, 0, 0};
            memset(&ends[i], 0, sizeof ends[i]);
            ends[i].used = 1;
            put(out, number, sizeof number);
            return &ends[i];
        }
    }
    return NULL;
}

static end *find_end(input *request) {
    const uint32_t number = take_number(request);
    return number >= 1 && number <= ENDS && ends[number - 1].used ? &ends[number - 1] : NULL;
}

static void free_end(end *e) {
    sv2_initiator_free(&e->initiator);
    sv2_decoder_free(&e->decoder);
    sv2_transport_free(&e->transport);
    e->used = 0;
}

static void put_key(output *out, const char *name, const char *value) {
    put_text(out, name);
    put_text(out, value);
    put_text(out, "\"");
}

sv2_status describe_key(input secret, output *out) {
    sv2_secret_key key = {0};
    sv2_public_key public_key;
    char public_text[SV2_KEY_TEXT_SIZE], secret_text[SV2_KEY_TEXT_SIZE];
    size_t len = 0;
    sv2_status status = sv2_secret_key_load(secret.data, secret.len, &key);
    if (status == SV2_OK) {
        status = sv2_secret_key_public(key, &public_key);
    }
    if (status == SV2_OK) {
        status = sv2_public_key_text(&public_key, public_text, sizeof public_text, &len);
    }
    if (status == SV2_OK) {
        status = sv2_secret_key_text(key, secret_text, sizeof secret_text, &len);
    }
    sv2_secret_key_free(&key);
    if (status == SV2_OK) {
        put_text(out, "{\"public\":\"");
        put_hex(out, public_key.bytes, sizeof public_key.bytes);
        put_key(out, "\",\"public_text\":\"", public_text);
        put_key(out, ",\"secret_text\":\"", secret_text);
        put_text(out, "}");
    }
    return status;
}

sv2_status parse_public_key(input text, output *out) {
    sv2_public_key key;
    const sv2_status status = sv2_public_key_parse((const char *)text.data, text.len, &key);
    if (status == SV2_OK) {
        put(out, key.bytes, sizeof key.bytes);
    }
    return status;
}

sv2_status parse_secret_key(input text, output *out) {
    sv2_secret_key key = {0};
    sv2_public_key public_key;
    sv2_status status = sv2_secret_key_parse((const char *)text.data, text.len, &key);
    if (status == SV2_OK) {
        status = sv2_secret_key_public(key, &public_key);
    }
    if (status == SV2_OK) {
        put(out, public_key.bytes, sizeof public_key.bytes);
    }
    sv2_secret_key_free(&key);
    return status;
}

sv2_status start_handshake(input request, output *out) {
    static const uint8_t nobody[32];
    const uint8_t *authority = take(&request, sizeof nobody);
    sv2_policy policy = SV2_POLICY_INIT;
    sv2_act1 act1;
    end *e = new_end(out);
    if (authority == NULL || e == NULL) {
        return SV2_ERR_LIMIT;
    }
    policy.authentication = memcmp(authority, nobody, sizeof nobody) == 0
                                ? SV2_AUTHENTICATION_INSECURE
                                : SV2_AUTHENTICATION_AUTHORITY;
    memcpy(policy.authority.bytes, authority, sizeof policy.authority.bytes);
    const sv2_status status = sv2_initiator_new(&policy, NULL, 0, &e->initiator, &act1);
    if (status != SV2_OK) {
        free_end(e);
        return status;
    }
    put(out, act1.bytes, sizeof act1.bytes);
    return SV2_OK;
}

/* The decoder of a link, for payloads of every size. */
static sv2_status read_link(end *e) {
    sv2_decoder_config config = SV2_DECODER_CONFIG_INIT;
    config.max_payload_size = SV2_PAYLOAD_SIZE_MAX;
    return sv2_decoder_new_sealed(&config, e->transport, &e->decoder);
}

sv2_status finish_handshake(input request, output *out) {
    const input number = request;
    end *e = find_end(&request);
    const uint32_t now = take_number(&request);
    sv2_act2 act2;
    const uint8_t *received = take(&request, sizeof act2.bytes);
    if (e == NULL || received == NULL) {
        return SV2_ERR_ARGUMENT;
    }
    memcpy(act2.bytes, received, sizeof act2.bytes);
    sv2_status status = sv2_initiator_finish(e->initiator, &act2, now, &e->transport);
    if (status == SV2_OK) {
        status = read_link(e);
    }
    if (status != SV2_OK) {
        free_end(e);
        return status;
    }
    put(out, number.data, 4);
    return SV2_OK;
}

/* Makes a certificate and shakes hands with it. */
static sv2_status respond_as(sv2_secret_key authority, uint32_t validity, uint32_t now,
                             const sv2_act1 *act1, sv2_act2 *act2, sv2_transport *transport) {
    const uint32_t after = now > UINT32_MAX - validity ? UINT32_MAX : now + validity;
    sv2_public_key public_key;
    sv2_certificate certificate;
    sv2_identity identity = {0};
    sv2_status status = SV2_OK;
    if (server.sv2_priv_secret_key == 0) {
        status = sv2_secret_key_generate(&server);
    }
    if (status == SV2_OK) {
        status = sv2_secret_key_public(server, &public_key);
    }
    if (status == SV2_OK) {
        status = sv2_certificate_sign(authority, &public_key, now, after, &certificate);
    }
    if (status == SV2_OK) {
        status = sv2_identity_new(server, &certificate, NULL, 0, &identity);
    }
    if (status == SV2_OK) {
        status = sv2_identity_respond(identity, NULL, 0, act1, act2, transport);
    }
    sv2_identity_free(&identity);
    return status;
}

sv2_status respond(input request, output *out) {
    const uint8_t *secret = take(&request, SV2_SECRET_KEY_SIZE);
    const uint32_t validity = take_number(&request);
    const uint32_t now = take_number(&request);
    const uint8_t *seed = take(&request, 32); /* this side takes its own randomness */
    sv2_act1 act1;
    sv2_act2 act2;
    sv2_secret_key authority = {0};
    end *e = new_end(out);
    if (secret == NULL || seed == NULL || request.len != sizeof act1.bytes || e == NULL) {
        return SV2_ERR_LIMIT;
    }
    memcpy(act1.bytes, request.data, sizeof act1.bytes);
    sv2_status status = sv2_secret_key_load(secret, SV2_SECRET_KEY_SIZE, &authority);
    if (status == SV2_OK) {
        status = respond_as(authority, validity, now, &act1, &act2, &e->transport);
    }
    sv2_secret_key_free(&authority);
    if (status == SV2_OK) {
        status = read_link(e);
    }
    if (status != SV2_OK) {
        free_end(e);
        return status;
    }
    put(out, act2.bytes, sizeof act2.bytes);
    return SV2_OK;
}

sv2_status plain_link(input request, output *out) {
    sv2_decoder_config config = SV2_DECODER_CONFIG_INIT;
    end *e = new_end(out);
    config.max_payload_size = take_number(&request);
    return e == NULL ? SV2_ERR_LIMIT : sv2_decoder_new(&config, &e->decoder);
}

sv2_status seal_frame(input request, output *out) {
    end *e = find_end(&request);
    size_t len = 0;
    if (e == NULL) {
        return SV2_ERR_ARGUMENT;
    }
    if (e->transport.sv2_priv_transport == 0) {
        put(out, request.data, request.len);
        return SV2_OK;
    }
    const size_t room = request.len < SV2_FRAME_HEADER_SIZE
                            ? 0
                            : sv2_sealed_frame_size(request.len - SV2_FRAME_HEADER_SIZE);
    const sv2_status status =
        sv2_transport_seal(e->transport, request.data, request.len, reserve(out, room), room, &len);
    out->len += len;
    return status;
}

/* Puts a frame as it was before it was sealed. */
static sv2_status put_frame(output *out, const sv2_frame *frame) {
    const size_t room = SV2_FRAME_HEADER_SIZE + frame->payload_len;
    size_t len = 0;
    const sv2_status status = sv2_frame_encode(frame, reserve(out, room), room, &len, NULL);
    out->len += len;
    return status;
}

sv2_status open_stream(input request, output *out) {
    end *e = find_end(&request);
    if (e == NULL) {
        return SV2_ERR_ARGUMENT;
    }
    while (request.len > 0) {
        size_t consumed = 0;
        sv2_frame frame;
        sv2_status status = sv2_decoder_feed(e->decoder, request.data, request.len, &consumed);
        if (status != SV2_OK) {
            return status;
        }
        request.data += consumed;
        request.len -= consumed;
        while ((status = sv2_decoder_next(e->decoder, &frame, NULL, NULL)) == SV2_OK) {
            if ((status = put_frame(out, &frame)) != SV2_OK) {
                return status;
            }
        }
        if (status != SV2_WANT_INPUT) {
            return status;
        }
    }
    return SV2_OK;
}

sv2_status forget_link(input request, output *out) {
    end *e = find_end(&request);
    (void)out;
    if (e == NULL) {
        return SV2_ERR_ARGUMENT;
    }
    free_end(e);
    return SV2_OK;
}
