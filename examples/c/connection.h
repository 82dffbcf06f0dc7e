// SPDX-License-Identifier: MIT
// A connection that carries Stratum V2 frames in both directions, encrypted or plain. Once it is
// open, it never blocks.
#ifndef MINER_CONNECTION_H
#define MINER_CONNECTION_H

#include "endpoint.h"
#include "link_security.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sv2.h>

enum connection_state {
    CONNECTION_OPEN,
    CONNECTION_ENDED,          // by the peer or by the network
    CONNECTION_BROKE_PROTOCOL, // the bytes that came are no frames, or no handshake
    CONNECTION_UNTRUSTED,      // the other end is not who it should be; see trust_failure
    CONNECTION_FAILED          // here: no memory, no descriptor
};

struct connection {
    enum connection_state state;
    char failure[REFUSED_CERTIFICATE_TEXT_SIZE]; // why state is not CONNECTION_OPEN
    int socket; // to poll for input and, if connection_has_output, for output
    bool is_encrypted;
    sv2_status trust_failure;    // with CONNECTION_UNTRUSTED
    sv2_public_key server;       // what the other end showed, if is_encrypted or refused
    sv2_certificate certificate; // likewise
    sv2_transport transport;
    sv2_decoder decoder;
    sv2_buf output;
    uint64_t output_progress_ms; // when output was last empty or got shorter
};

// Connects, at most for some seconds per address of the host, and shakes hands, at most for some
// seconds; waits no longer when stop_descriptor becomes readable. Looking up a name takes as long
// as the system takes for it.
// Returns: false with state and failure set; nothing is left open then.
bool connection_open(struct connection *connection, const struct endpoint *endpoint,
                     const struct link_security *security, int stop_descriptor);

// Frees everything; may be called twice.
void connection_close(struct connection *connection);

// Sends a plain frame, sealed if the link is encrypted, or what of it the system does not take now
// with connection_flush.
// Returns: false when the connection is no longer open; the frame may not have arrived.
bool connection_send(struct connection *connection, const uint8_t *frame, size_t frame_size);

bool connection_has_output(struct connection *connection);
bool connection_flush(struct connection *connection);

// When connection_flush has to have made progress. UINT64_MAX: nothing is to be sent.
uint64_t connection_send_deadline(struct connection *connection);
// Ends the connection because that moment has passed.
void connection_give_up_sending(struct connection *connection);

// Takes in bytes that are there, once. All complete frames must then be taken with connection_next.
// Returns: false when there are none now, or when the connection is no longer open.
bool connection_receive(struct connection *connection);

// Takes the next frame, valid until connection_receive.
// Returns: false when none is complete, or when the connection is no longer open.
bool connection_next(struct connection *connection, sv2_frame *frame);

#endif
