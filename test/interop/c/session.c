/* libsv2's end of a conversation, over the socket that is standard input and output. What happens
 * is reported on standard error in the words of test/interop/program.go. */
#include "session.h"

#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE = 20000 /* milliseconds */ };

/* Extensions of the configuration. */
typedef struct extension_array {
    uint16_t types[16];
    sv2_extension_list list;
} extension_array;

static sv2_extension_list read_extensions(json object, const char *name, extension_array *out) {
    const json array = json_member(object, name);
    out->list.types = out->types;
    out->list.count = 0;
    for (json item = json_after(array, (json){NULL, NULL});
         item.at != NULL && out->list.count < sizeof out->types / sizeof out->types[0];
         item = json_after(array, item)) {
        out->types[out->list.count++] = (uint16_t)json_number(item);
    }
    return out->list;
}

static uint32_t number(json object, const char *name) {
    return (uint32_t)json_number(json_member(object, name));
}

/* Whether the conversation is encrypted; the key is the authority's, public or secret. */
static int read_key(json config, uint8_t key[32]) {
    return json_hex(json_member(config, "key"), key, 32) == 32;
}

/* A string of the configuration, which is in hexadecimal; nothing if it has no room in memory. */
static sv2_bytes string(json config, const char *name, uint8_t memory[32]) {
    const size_t len = json_hex(json_member(config, name), memory, 32);
    const sv2_bytes text = {memory, len == SIZE_MAX ? 0 : len};
    return text;
}

static sv2_status client_profile(json config, sv2_session_profile *out) {
    enum { STRINGS = 5 };
    uint8_t memory[STRINGS][32];
    sv2_client_config c = SV2_CLIENT_CONFIG_INIT;
    sv2_policy policy = SV2_POLICY_INIT;
    extension_array request, required, supported;
    sv2_error error;
    c.security = SV2_SECURITY_PLAIN;
    if (read_key(config, policy.authority.bytes)) {
        policy.authentication = SV2_AUTHENTICATION_AUTHORITY;
        c.security = SV2_SECURITY_NOISE;
        c.policy = &policy;
    }
    c.setup.protocol = (uint8_t)number(config, "protocol");
    c.setup.min_version = (uint16_t)number(config, "min_version");
    c.setup.max_version = (uint16_t)number(config, "max_version");
    c.setup.flags = number(config, "flags");
    c.setup.endpoint_host = string(config, "endpoint_host", memory[0]);
    c.setup.endpoint_port = (uint16_t)number(config, "endpoint_port");
    c.setup.vendor = string(config, "vendor", memory[1]);
    c.setup.hardware_version = string(config, "hardware_version", memory[2]);
    c.setup.firmware = string(config, "firmware", memory[3]);
    c.setup.device_id = string(config, "device_id", memory[4]);
    c.request = read_extensions(config, "request", &request);
    c.required = read_extensions(config, "required", &required);
    c.supported = read_extensions(config, "supported", &supported);
    c.timeouts.negotiation = number(config, "negotiation_timeout");
    return sv2_session_profile_new_client(&c, NULL, out, &error);
}

/* A server's key and certificate, for as long as the program runs. */
static sv2_status new_identity(const uint8_t secret[32], sv2_identity *out) {
    const uint32_t now = (uint32_t)time(NULL);
    static sv2_secret_key authority, key;
    sv2_public_key public_key;
    sv2_certificate certificate;
    sv2_status status = sv2_secret_key_load(secret, 32, &authority);
    if (status == SV2_OK) {
        status = sv2_secret_key_generate(&key);
    }
    if (status == SV2_OK) {
        status = sv2_secret_key_public(key, &public_key);
    }
    if (status == SV2_OK) {
        status = sv2_certificate_sign(authority, &public_key, now, now + 3600, &certificate);
    }
    return status == SV2_OK ? sv2_identity_new(key, &certificate, NULL, 0, out) : status;
}

static sv2_status server_profile(json config, sv2_session_profile *out) {
    sv2_server_config c = SV2_SERVER_CONFIG_INIT;
    const sv2_service service = {number(config, "protocol"), number(config, "flags"),
                                 number(config, "required_flags"), number(config, "success_flags")};
    extension_array required, supported;
    uint8_t secret[32];
    sv2_error error;
    c.security = SV2_SECURITY_PLAIN;
    if (read_key(config, secret)) {
        c.security = SV2_SECURITY_NOISE;
        const sv2_status status = new_identity(secret, &c.identity);
        if (status != SV2_OK) {
            return status;
        }
    }
    c.services = &service;
    c.service_count = 1;
    c.required = read_extensions(config, "required", &required);
    c.supported = read_extensions(config, "supported", &supported);
    return sv2_session_profile_new_server(&c, NULL, out, &error);
}

/* Writes what waits to be sent. */
static void send_output(sv2_session session) {
    uint8_t out[4096];
    size_t len = 0;
    while (sv2_session_output(session, out, sizeof out, &len) == SV2_OK && len > 0) {
        const ssize_t written = write(STDOUT_FILENO, out, len);
        if (written <= 0 || sv2_session_sent(session, (size_t)written) != SV2_OK) {
            return; /* the peer has closed, which the next read says */
        }
    }
}

/* Milliseconds to wait for the peer. */
static int wait_time(const sv2_session_info *info) {
    struct timespec now;
    if (info->deadline == UINT64_MAX || clock_gettime(CLOCK_MONOTONIC, &now) != 0) {
        return PATIENCE;
    }
    const uint64_t at = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    if (info->deadline <= at) {
        return 1;
    }
    return info->deadline - at < PATIENCE ? (int)(info->deadline - at) + 1 : PATIENCE;
}

/* Feeds what the peer sent, and acts on it. */
static sv2_status receive(program *p) {
    uint8_t in[4096];
    const ssize_t size = read(STDIN_FILENO, in, sizeof in);
    if (size <= 0) {
        return sv2_session_peer_closed(p->session);
    }
    for (size_t at = 0, taken = 0; at < (size_t)size; at += taken) {
        const sv2_status status =
            sv2_session_feed(p->session, in + at, (size_t)size - at, NULL, &taken);
        act(p);
        if (status != SV2_OK) {
            return status; /* that of the last event */
        }
    }
    return SV2_OK;
}

int run_session(const char *text) {
    const json config = {text, text + strlen(text)};
    const int server = json_is(json_member(config, "role"), "server");
    sv2_session_profile profile;
    program p = {{0}, json_member(config, "shares"), {NULL, NULL}, 0, server};
    sv2_status status =
        server ? server_profile(config, &profile) : client_profile(config, &profile);
    if (status == SV2_OK) {
        status = sv2_session_start(profile, NULL, 0, NULL, &p.session);
    }
    if (status != SV2_OK) {
        fprintf(stderr, "no session: %s\n", sv2_status_name(status));
        return 1;
    }
    for (;;) {
        sv2_session_info info = SV2_SESSION_INFO_INIT;
        send_output(p.session);
        act(&p);
        if (sv2_session_info_get(p.session, &info) != SV2_OK) {
            return 1;
        }
        if (info.waiting > 0 && info.finished == 0) {
            send_output(p.session);
            continue;
        }
        if (info.finished == 1) {
            return 0;
        }
        struct pollfd peer = {STDIN_FILENO, POLLIN, 0};
        const int wait = wait_time(&info);
        const int ready = poll(&peer, 1, wait);
        if (ready < 0 || (ready == 0 && wait == PATIENCE)) {
            fputs("silence\n", stderr);
            return 1;
        }
        status = ready > 0 ? receive(&p) : sv2_session_tick(p.session, NULL);
        (void)status; /* the last event says it too */
    }
}
