// SPDX-License-Identifier: MIT
// One extended channel (section 5): what of the mining protocol is needed to ask for work and to
// give shares back. Section numbers are those of the specification.
//
// This is the application's part: the library checks, encodes and decodes these messages, but it
// does not yet keep channels and jobs. A real miner needs more; the README lists it.
//
// The caller holds the lock of the pool in all functions.
#ifndef POOL_THREADS_CHANNEL_H
#define POOL_THREADS_CHANNEL_H

#include "share_queue.h"
#include "sv2.h"

#include <stdbool.h>
#include <stdint.h>

enum { FUTURE_JOBS = 8, MIN_EXTRANONCE_SIZE = 4 };

struct share_counts {
    uint64_t sent, accepted, refused, lost; // lost: found for a connection that had ended
};

struct channel {
    const char *name; // for the log
    struct share_counts *counts;
    bool is_open, has_tip, has_work;
    uint32_t channel_id, group_channel_id;
    uint16_t extranonce_size;
    uint32_t next_sequence_number; // counted from 0 by the client, wraps (5.3.13)
    uint64_t unanswered;
    struct work future[FUTURE_JOBS]; // wait for their SetNewPrevHash; the oldest makes room
    uint32_t future_count;
    struct work work; // what the ASIC works on, with has_work
};

void channel_init(struct channel *channel, uint64_t connection_id, const char *name,
                  struct share_counts *counts);

// Sends OpenExtendedMiningChannel, right after the connection is established.
sv2_status channel_open(struct channel *channel, sv2_session session, const char *user_identity);

// Acts on a message of the mining protocol.
// Returns: false when nothing can be mined on this connection any longer.
bool channel_receive(struct channel *channel, const sv2_frame *frame);

// Sends a share. Returns: the status of sv2_session_send_share.
sv2_status channel_submit(struct channel *channel, sv2_session session, const struct share *share);

// Sends CloseChannel.
void channel_close(struct channel *channel, sv2_session session);

#endif
