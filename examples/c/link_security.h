// SPDX-License-Identifier: MIT
// How the link to the provider is protected, and the handshake that makes it so.
#ifndef MINER_LINK_SECURITY_H
#define MINER_LINK_SECURITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sv2.h>

// There is no default: whoever wants less than LINK_AUTHENTICATED has to name it.
enum link_protection {
    LINK_UNDECIDED,
    LINK_AUTHENTICATED, // encrypted; the server shows a certificate of a known authority
    LINK_TO_ANYONE,     // encrypted, but any machine on the way can be the server
    LINK_PLAIN          // TCP and nothing else
};

struct link_security {
    enum link_protection protection;
    sv2_policy policy; // unless LINK_PLAIN
};

// Reads the authority's key for LINK_AUTHENTICATED; authority_text is not looked at otherwise.
// Returns: SV2_OK; what is wrong with the text; SV2_ERR_ARGUMENT for LINK_UNDECIDED. After an
// error, security is LINK_UNDECIDED, with which there is no connection.
sv2_status link_security_init(struct link_security *security, enum link_protection protection,
                              const char *authority_text, bool has_clock);

// The client's handshake (section 4.5) on a stream. The caller sends and receives; in between,
// nothing is lost: take no more than act2 has room for.
struct handshake {
    sv2_initiator initiator;
    sv2_act1 act1; // to be sent
    size_t act1_sent;
    sv2_act2 act2; // to be received
    size_t act2_received;
};

sv2_status handshake_start(struct handshake *handshake, const struct link_security *security);

// Once both messages are through: checks the server, and gives the link and what the server showed.
// What it showed is there after a refused certificate, too; there is no link then.
sv2_status handshake_finish(struct handshake *handshake, sv2_transport *transport,
                            sv2_public_key *server, sv2_certificate *certificate);

// May be called twice.
void handshake_end(struct handshake *handshake);

// Whether a status of handshake_finish means that this server is not to be trusted, so that trying
// again does not help. A message that cannot be decrypted is none of these: any fault on the way
// does that.
bool is_refused_certificate(sv2_status status);

void server_key_to_text(const sv2_public_key *server, char out[SV2_KEY_TEXT_SIZE]);

#define REFUSED_CERTIFICATE_TEXT_SIZE 512u

// What is wrong with the certificate, what to do about it, and what the server showed.
void refused_certificate_to_text(sv2_status status, const sv2_public_key *server,
                                 const sv2_certificate *certificate,
                                 char out[REFUSED_CERTIFICATE_TEXT_SIZE]);

#endif
