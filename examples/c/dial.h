// SPDX-License-Identifier: MIT
// A TCP connection that is being made, without waiting for it: the addresses of a host, one after
// the other.
#ifndef MINER_DIAL_H
#define MINER_DIAL_H

#include <netdb.h>
#include <stdint.h>
#include <sv2.h>

struct dial {
    struct addrinfo *addresses;
    const struct addrinfo *next; // to be tried when the present one has failed
    int socket;                  // non-blocking, to poll for output; -1 for none
    uint64_t deadline_ms;        // of the present address; UINT64_MAX for none
    char failure[96];            // why the last address failed, or why there is none
};

enum dial_state { DIAL_UNDER_WAY, DIAL_CONNECTED, DIAL_FAILED };

// Looks up the host, for which it does wait, as long as the system does: firmware that cannot
// afford that has a resolver of its own. Then continue with dial_continue, at once. Returns:
// SV2_OK; SV2_ERR_RESOLVE_FAILED.
sv2_status dial_begin(struct dial *dial, const sv2_endpoint *endpoint);

// To be called when the socket has events, and when the deadline has passed.
// Returns: DIAL_CONNECTED: take the socket, which is yours to close then.
enum dial_state dial_continue(struct dial *dial, short events);
int dial_take_socket(struct dial *dial);

// Frees everything; may be called twice.
void dial_end(struct dial *dial);

#endif
