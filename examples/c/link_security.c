// SPDX-License-Identifier: MIT
#include "link_security.h"

#include "wall_clock.h"

#include <stdio.h>

const char *link_security_text(const struct link_security *security, const sv2_endpoint *endpoint) {
    if (security->is_plain) {
        return "the link is plain TCP, not encrypted";
    }
    if (endpoint->authentication != SV2_AUTHENTICATION_AUTHORITY) {
        return "encrypted, but who is at the other end was not checked";
    }
    return security->has_no_clock ? "encrypted, to a server of the authority; without a clock, the "
                                    "times of its certificate were not checked"
                                  : "encrypted, to a server of the authority";
}

void server_key_to_text(const sv2_public_key *server, char out[SV2_KEY_TEXT_SIZE]) {
    size_t size = 0;
    if (sv2_public_key_text(server, out, SV2_KEY_TEXT_SIZE, &size) != SV2_OK) {
        (void)snprintf(out, SV2_KEY_TEXT_SIZE, "unknown");
    }
}

void shown_server_to_text(const sv2_public_key *server, const sv2_certificate *certificate,
                          char out[SHOWN_SERVER_TEXT_SIZE]) {
    char key[SV2_KEY_TEXT_SIZE];
    char from[UTC_TEXT_SIZE];
    char until[UTC_TEXT_SIZE];
    server_key_to_text(server, key);
    utc_to_text(certificate->valid_from, from);
    utc_to_text(certificate->not_valid_after, until);
    (void)snprintf(out, SHOWN_SERVER_TEXT_SIZE, "server key %s, certificate valid from %s until %s",
                   key, from, until);
}

static const char *advice(sv2_status status) {
    switch (status) {
    case SV2_ERR_CERTIFICATE_AUTHORITY:
        return "this is another server, or the key is not the one that its operator publishes";
    case SV2_ERR_CERTIFICATE_EXPIRED:
        return "the server needs a new one, unless this clock is fast";
    case SV2_ERR_CERTIFICATE_NOT_YET_VALID:
        return "unless this clock is slow, the server's was when it was signed; --no-clock is for "
               "boards without one";
    case SV2_ERR_DECRYPT:
        return "it does not encrypt, or somebody on the way alters what it sends";
    default:
        return "no server in order shows such a certificate";
    }
}

void refused_server_to_text(sv2_status status, char out[REFUSED_SERVER_TEXT_SIZE]) {
    char clock[UTC_TEXT_SIZE + 32u] = "";
    if (status == SV2_ERR_CERTIFICATE_EXPIRED || status == SV2_ERR_CERTIFICATE_NOT_YET_VALID) {
        char now[UTC_TEXT_SIZE];
        utc_to_text(wall_clock_seconds(), now);
        (void)snprintf(clock, sizeof clock, " by this clock, %s", now);
    }
    (void)snprintf(out, REFUSED_SERVER_TEXT_SIZE, "%s%s: %s", sv2_status_text(status), clock,
                   advice(status));
}
