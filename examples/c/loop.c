// SPDX-License-Identifier: MIT
// The loop over poll(): asks which connections to have, waits, moves bytes, acts on what has come,
// and gives the rest of the time to the search.
#include "miner.h"
#include "monotonic_clock.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>

#define CONNECTION_COUNT 2u

// Reads before the search has its turn again, so that a peer that never pauses cannot stop it.
#define READS_PER_TURN 64u

static int milliseconds_until(uint64_t deadline_ms) {
    const uint64_t now = monotonic_ms();
    if (deadline_ms == UINT64_MAX) {
        return -1; // for ever
    }
    if (deadline_ms <= now) {
        return 0;
    }
    return deadline_ms - now < INT_MAX ? (int)(deadline_ms - now) : INT_MAX;
}

// Waits for a socket, a signal or a deadline; not at all while there is something to search.
static void wait_for_events(struct miner *miner, short events[CONNECTION_COUNT]) {
    struct pollfd watched[CONNECTION_COUNT + 1];
    uint64_t deadline = miner->decision_deadline_ms;
    for (size_t i = 0; i < CONNECTION_COUNT; i++) {
        uint64_t own = 0;
        watched[i] = connection_watched(&miner->connections[i], &own);
        deadline = own < deadline ? own : deadline;
    }
    watched[CONNECTION_COUNT].fd = miner->stop_descriptor;
    watched[CONNECTION_COUNT].events = POLLIN;
    const int timeout = miner->job.is_active ? 0 : milliseconds_until(deadline);
    const int ready = poll(watched, CONNECTION_COUNT + 1, timeout);
    if (ready < 0 && errno != EINTR) {
        miner_fault(miner, strerror(errno));
    }
    for (size_t i = 0; i < CONNECTION_COUNT; i++) {
        events[i] = ready > 0 ? watched[i].revents : 0;
    }
    if (ready > 0 && watched[CONNECTION_COUNT].revents != 0) {
        miner_end(miner, miner->options.blocks == 0 ? EXIT_DONE : EXIT_STOPPED);
    }
}

static void serve(struct miner *miner, struct connection *connection, short events) {
    connection_serve(connection, events, &miner->security);
    for (uint32_t reads = 0; reads < READS_PER_TURN; reads++) {
        sv2_session_event event = SV2_SESSION_EVENT_INIT;
        while (!miner->is_over && connection_next_event(connection, &event)) {
            providers_act(miner, connection, &event);
        }
        if (miner->is_over || !connection_receive(connection)) {
            break;
        }
    }
    if (connection->is_open && connection->failure != SV2_OK) {
        providers_failed(miner, connection);
    } else if (connection->is_open && connection->socket >= 0) {
        connection_flush(connection); // the answers to what came
    }
}

void loop_run(struct miner *miner) {
    for (providers_follow(miner); !miner->is_over; providers_follow(miner)) {
        short events[CONNECTION_COUNT];
        wait_for_events(miner, events);
        for (size_t i = 0; i < CONNECTION_COUNT && !miner->is_over; i++) {
            serve(miner, &miner->connections[i], events[i]);
        }
        if (miner->job.is_active && !miner->is_over) {
            work_search(miner);
        }
    }
    providers_close(miner);
}
