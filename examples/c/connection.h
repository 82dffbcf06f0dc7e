// SPDX-License-Identifier: MIT
// One connection: a socket, and the session that its bytes belong to. Nothing here waits, but for
// the lookup of a name.
#ifndef MINER_CONNECTION_H
#define MINER_CONNECTION_H

#include "dial.h"
#include "link_security.h"

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sv2.h>

#define RECEIVE_SIZE 16384u

struct connection {
    bool is_open;        // false: nothing below means anything
    uint64_t id;         // of the decision that asked for it, for sv2_failover_report_*
    bool is_probe;       // closed as soon as it is established
    bool is_established; // messages flow
    sv2_endpoint endpoint;
    struct dial dial;    // until there is a socket
    int socket;          // -1 while dialling
    sv2_session session; // {0} while dialling
    sv2_status failure;  // of a call; SV2_OK: none failed. An ended session tells more by its event
    int socket_error;    // errno of the socket; 0 for none
    uint8_t input[RECEIVE_SIZE]; // received, and from input_taken on not yet taken by the session
    size_t input_size;
    size_t input_taken;
};

// Begins to connect. A failure shows in connection->failure, now or later.
void connection_begin(struct connection *connection, const sv2_failover_decision *decision);

// Frees everything; may be called twice.
void connection_close(struct connection *connection);

// What to poll for; and the time of monotonic_ms() at which connection_serve is to be called if
// nothing else is, UINT64_MAX for none.
struct pollfd connection_watched(const struct connection *connection, uint64_t *deadline_ms);

// Does what can be done now, with events from poll(). All session events must then be taken.
void connection_serve(struct connection *connection, short events,
                      const struct link_security *security);

// Receives once more, so that a long message need not wait for the next poll().
// Returns: false when nothing is there.
bool connection_receive(struct connection *connection);

// Takes the next event of the session; event->struct_size must be set. Its views are valid until
// the next call of this, of connection_serve or of connection_receive.
// Returns: false when all that was received has been acted on and no deadline has passed.
bool connection_next_event(struct connection *connection, sv2_session_event *event);

// Sends what waits in the session, as much of it as the system takes now.
void connection_flush(struct connection *connection);

#endif
