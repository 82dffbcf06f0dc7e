// SPDX-License-Identifier: MIT
// How the link to a provider is protected, and what a refusal of its proof means.
#ifndef MINER_LINK_SECURITY_H
#define MINER_LINK_SECURITY_H

#include <stdbool.h>
#include <sv2.h>

// What the user wants less than a server that an authority vouches for. Nothing of it is a default.
struct link_security {
    bool is_plain;     // TCP and nothing else
    bool trusts_any;   // encrypts, but any machine on the way can be the server, if it has no key
    bool has_no_clock; // accepts expired certificates
};

// In one sentence, for the user.
const char *link_security_text(const struct link_security *security, const sv2_endpoint *endpoint);

void server_key_to_text(const sv2_public_key *server, char out[SV2_KEY_TEXT_SIZE]);

#define SHOWN_SERVER_TEXT_SIZE 256u

// The server's key and how long its certificate is valid.
void shown_server_to_text(const sv2_public_key *server, const sv2_certificate *certificate,
                          char out[SHOWN_SERVER_TEXT_SIZE]);

#define REFUSED_SERVER_TEXT_SIZE 256u

// What is wrong with a server that did not prove who it is, and what to do about it.
void refused_server_to_text(sv2_status status, char out[REFUSED_SERVER_TEXT_SIZE]);

#endif
