// SPDX-License-Identifier: MIT
#include "link_security.h"

#include "wall_clock.h"

#include <stdio.h>
#include <string.h>

sv2_status link_security_init(struct link_security *security, enum link_protection protection,
                              const char *authority_text, bool has_clock) {
    const sv2_policy nothing_demanded = SV2_POLICY_INIT;
    security->protection = LINK_UNDECIDED;
    security->policy = nothing_demanded;
    security->policy.clock = has_clock ? SV2_CLOCK_REQUIRED : SV2_CLOCK_NONE;
    sv2_status status = SV2_OK;
    switch (protection) {
    case LINK_AUTHENTICATED:
        security->policy.authentication = SV2_AUTHENTICATION_AUTHORITY;
        status = sv2_public_key_parse(authority_text, strlen(authority_text),
                                      &security->policy.authority);
        break;
    case LINK_TO_ANYONE:
        security->policy.authentication = SV2_AUTHENTICATION_INSECURE;
        break;
    case LINK_PLAIN:
        break;
    case LINK_UNDECIDED:
    default:
        status = SV2_ERR_ARGUMENT;
        break;
    }
    if (status == SV2_OK) {
        security->protection = protection;
    }
    return status;
}

sv2_status handshake_start(struct handshake *handshake, const struct link_security *security) {
    memset(handshake, 0, sizeof *handshake);
    if (security->protection != LINK_AUTHENTICATED && security->protection != LINK_TO_ANYONE) {
        return SV2_ERR_ARGUMENT;
    }
    return sv2_initiator_new(&security->policy, NULL, 0, &handshake->initiator, &handshake->act1);
}

sv2_status handshake_finish(struct handshake *handshake, sv2_transport *transport,
                            sv2_public_key *server, sv2_certificate *certificate) {
    const sv2_status status = sv2_initiator_finish(handshake->initiator, &handshake->act2,
                                                   wall_clock_seconds(), transport);
    if (status != SV2_OK && !is_refused_certificate(status)) {
        return status;
    }
    // Also what was refused is for the user to see.
    const sv2_status shown = sv2_initiator_server(handshake->initiator, server, certificate);
    return status != SV2_OK ? status : shown;
}

void handshake_end(struct handshake *handshake) {
    (void)sv2_initiator_free(&handshake->initiator);
}

bool is_refused_certificate(sv2_status status) {
    return sv2_status_class(status) == SV2_CLASS_AUTH && status != SV2_ERR_DECRYPT;
}

static const char *advice(sv2_status status) {
    switch (status) {
    case SV2_ERR_CERTIFICATE_AUTHORITY:
        return "this is another server, or --authority is not the key that its operator publishes";
    case SV2_ERR_CERTIFICATE_EXPIRED:
        return "the server needs a new one, unless this clock is fast";
    case SV2_ERR_CERTIFICATE_NOT_YET_VALID:
        return "unless this clock is slow, the server's was when it was signed; --no-clock is for "
               "boards without one";
    default:
        return "no server in order shows such a certificate";
    }
}

void server_key_to_text(const sv2_public_key *server, char out[SV2_KEY_TEXT_SIZE]) {
    size_t size = 0;
    if (sv2_public_key_text(server, out, SV2_KEY_TEXT_SIZE, &size) != SV2_OK) {
        (void)snprintf(out, SV2_KEY_TEXT_SIZE, "unknown");
    }
}

void refused_certificate_to_text(sv2_status status, const sv2_public_key *server,
                                 const sv2_certificate *certificate,
                                 char out[REFUSED_CERTIFICATE_TEXT_SIZE]) {
    char clock[UTC_TEXT_SIZE + 32u] = "";
    if (status == SV2_ERR_CERTIFICATE_EXPIRED || status == SV2_ERR_CERTIFICATE_NOT_YET_VALID) {
        char now[UTC_TEXT_SIZE];
        utc_to_text(wall_clock_seconds(), now);
        (void)snprintf(clock, sizeof clock, " by this clock, %s", now);
    }
    char key[SV2_KEY_TEXT_SIZE];
    char from[UTC_TEXT_SIZE];
    char until[UTC_TEXT_SIZE];
    server_key_to_text(server, key);
    utc_to_text(certificate->valid_from, from);
    utc_to_text(certificate->not_valid_after, until);
    (void)snprintf(out, REFUSED_CERTIFICATE_TEXT_SIZE,
                   "%s%s: %s (it shows server key %s, certificate valid from %s until %s)",
                   sv2_status_text(status), clock, advice(status), key, from, until);
}
