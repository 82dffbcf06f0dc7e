/* Texts and bytes of keys and certificates: what is accepted is written again as it came, and what
 * verifies is what the authority signed. */
#include "server.h"

static void public_text(const char *text, size_t size) {
    sv2_public_key key, again;
    char out[SV2_KEY_TEXT_SIZE];
    size_t len;
    if (SANE(sv2_public_key_parse(text, size, &key)) != SV2_OK) {
        return;
    }
    EXPECT(SANE(sv2_public_key_text(&key, out, size, &len)) == SV2_ERR_BUFFER_TOO_SMALL);
    EXPECT(SANE(sv2_public_key_text(&key, out, sizeof out, &len)) == SV2_OK);
    EXPECT(same_bytes(out, len, text, size) || (len == size + 1 && memcmp(out, text, size) == 0));
    EXPECT(sv2_public_key_parse(out, len - 1, &again) == SV2_OK);
    EXPECT(same_bytes(&key, sizeof key, &again, sizeof again));
}

static void secret_text(const char *text, size_t size) {
    sv2_secret_key key;
    sv2_public_key public_key;
    char out[SV2_KEY_TEXT_SIZE];
    size_t len;
    if (SANE(sv2_secret_key_parse(text, size, &key)) != SV2_OK) {
        EXPECT(key.sv2_priv_secret_key == 0);
        return;
    }
    EXPECT(SANE(sv2_secret_key_text(key, out, sizeof out, &len)) == SV2_OK);
    EXPECT(len == size + 1 && memcmp(out, text, size) == 0);
    EXPECT(SANE(sv2_secret_key_public(key, &public_key)) == SV2_OK);
    EXPECT(sv2_secret_key_free(&key) == SV2_OK);
}

static void secret_bytes(const uint8_t *data, size_t size) {
    sv2_secret_key key, again;
    char text[SV2_KEY_TEXT_SIZE];
    size_t len;
    const sv2_status status = SANE(sv2_secret_key_load(data, size, &key));
    EXPECT((status == SV2_ERR_KEY_LENGTH) == (size != SV2_SECRET_KEY_SIZE));
    if (status != SV2_OK) {
        return;
    }
    EXPECT(sv2_secret_key_text(key, text, sizeof text, &len) == SV2_OK);
    EXPECT(sv2_secret_key_parse(text, len - 1, &again) == SV2_OK);
    EXPECT(sv2_secret_key_free(&key) == SV2_OK);
    EXPECT(sv2_secret_key_free(&again) == SV2_OK);
}

static void certificate_bytes(const uint8_t *data, size_t size) {
    sv2_certificate certificate;
    sv2_public_key server, authority;
    uint8_t out[SV2_CERTIFICATE_SIZE];
    size_t len;
    if (SANE(sv2_certificate_decode(data, size, &certificate, &server, &authority)) != SV2_OK) {
        return;
    }
    EXPECT(SANE(sv2_certificate_encode(&certificate, out, sizeof out - 1, &len)) ==
           SV2_ERR_BUFFER_TOO_SMALL);
    EXPECT(SANE(sv2_certificate_encode(&certificate, out, sizeof out, &len)) == SV2_OK);
    if (size == SV2_CERTIFICATE_SIZE) {
        EXPECT(same_bytes(out, len, data, size));
        return;
    }
    sv2_policy policy = SV2_POLICY_INIT;
    policy.authentication = SV2_AUTHENTICATION_AUTHORITY;
    policy.authority = authority;
    const sv2_status status =
        SANE(sv2_certificate_verify(&certificate, &server, &policy, SERVER_NOW));
    EXPECT(status != SV2_OK || certificate.version == 0);
}

/* A genuine certificate with a change verifies only if nothing that is signed was changed. */
static void changed_certificate(fuzz_input *in) {
    const fuzz_server *s = server_get();
    sv2_certificate certificate = s->certificate;
    sv2_public_key server = s->public;
    sv2_policy policy = s->policy;
    uint8_t change[sizeof certificate];
    policy.clock = take_u8(in) & 1u;
    policy.leeway = take_u32(in);
    const uint64_t now = SERVER_NOW + take_u64(in);
    server.bytes[31] ^= take_u8(in);
    take_into(in, change, sizeof change);
    for (size_t i = 0; i < sizeof change; i++) {
        ((uint8_t *)&certificate)[i] ^= change[i];
    }
    const sv2_status status = SANE(sv2_certificate_verify(&certificate, &server, &policy, now));
    const int intact =
        same_bytes(&certificate, sizeof certificate, &s->certificate, sizeof certificate) &&
        same_bytes(&server, sizeof server, &s->public, sizeof server);
    EXPECT(status != SV2_OK || intact);
    EXPECT(!intact || status == SV2_OK || status == SV2_ERR_CERTIFICATE_EXPIRED ||
           status == SV2_ERR_CERTIFICATE_NOT_YET_VALID);
    EXPECT(!intact || policy.clock == SV2_CLOCK_REQUIRED || status == SV2_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_input in = {data, size};
    server_get();
    switch (take_u8(&in) % 5) {
    case 0:
        public_text((const char *)in.data, in.size);
        break;
    case 1:
        secret_text((const char *)in.data, in.size);
        break;
    case 2:
        secret_bytes(in.data, in.size);
        break;
    case 3:
        certificate_bytes(in.data, in.size);
        break;
    default:
        changed_certificate(&in);
        break;
    }
    expect_left(SERVER_OBJECTS);
    return 0;
}
