// SPDX-License-Identifier: MIT
// The state of the program, shared by what it consists of: work.c, providers.c, loop.c, miner.c.
#ifndef MINER_MINER_H
#define MINER_MINER_H

#include "connection.h"
#include "found_blocks.h"
#include "job.h"
#include "options.h"
#include "report.h"
#include "sha256d.h"
#include "template_client.h"

#include <stdbool.h>
#include <stdint.h>
#include <sv2.h>

// Documented in --help.
enum exit_status {
    EXIT_DONE = 0,
    EXIT_FAULT = 1,
    EXIT_USAGE = 2,
    EXIT_REFUSED = 3,
    EXIT_DISCONNECTED = 4,
    EXIT_VIOLATION = 5,
    EXIT_STOPPED = 6,
    EXIT_UNTRUSTED = 7
};

struct miner {
    struct options options;
    struct report report;
    struct link_security security;
    bool is_over; // with exit_status
    enum exit_status exit_status;
    int stop_descriptor;

    sv2_failover failover;
    uint64_t decision_deadline_ms; // when failover wants to be asked again
    bool has_told_wait;
    struct connection connections[2]; // the one in use, and one that may replace it
    struct connection *live;          // the one in use; NULL for none
    struct template_client client;    // meaningful when there is one

    struct sha256d hasher;
    struct job job;
    struct found_blocks found;
    uint64_t accepted;
    uint8_t coinbase_tx[COINBASE_SIZE_MAX];
};

// Ends the program with the loop. The first reason stays.
void miner_end(struct miner *miner, enum exit_status status);

// The same, for what is wrong on this machine.
void miner_fault(struct miner *miner, const char *what);

// --- work.c: the search, and what becomes of found blocks --------------------------------------

// Acts on the templates that there are now. is_new_tip: the chain has grown.
void work_restart(struct miner *miner, bool is_new_tip);

// Searches for some milliseconds, and sends what it finds.
void work_search(struct miner *miner);

// After the last chance to hear of submitted blocks over a connection.
void work_abandon(struct miner *miner);

// --- providers.c: which connections there are --------------------------------------------------

// Begins the connections that are due, and sets decision_deadline_ms.
void providers_follow(struct miner *miner);

// Acts on an event of a connection's session.
void providers_act(struct miner *miner, struct connection *connection,
                   const sv2_session_event *event);

// Ends a connection whose failure is set, and which has no event that tells about it.
void providers_failed(struct miner *miner, struct connection *connection);

// Ends the connection in use because the provider broke the protocol.
void providers_violation(struct miner *miner, sv2_status status, const char *text);

void providers_close(struct miner *miner);

// --- loop.c ------------------------------------------------------------------------------------

// Mines until the program is over.
void loop_run(struct miner *miner);

#endif
