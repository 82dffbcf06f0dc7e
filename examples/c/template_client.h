// SPDX-License-Identifier: MIT
// The client's side of Template Distribution (section 7) on one connection: what to send, and what
// a message of the provider means.
#ifndef MINER_TEMPLATE_CLIENT_H
#define MINER_TEMPLATE_CLIENT_H

#include "payout.h"
#include "report.h"
#include "template_store.h"

#include <stdbool.h>
#include <stdint.h>
#include <sv2.h>

struct template_client {
    sv2_session session;
    const struct payout *payout;
    const struct report *report;
    struct template_store store;
    bool has_requested_transactions;
    uint64_t requested_template_id;
    char failure[REPORT_LINE_SIZE];
    sv2_status failure_status;
};

enum template_client_event {
    TEMPLATE_CLIENT_NOTHING,      // nothing for the caller to do
    TEMPLATE_CLIENT_NEW_TEMPLATE, // store.current is another one, on the same tip
    TEMPLATE_CLIENT_NEW_TIP,      // store.tip and store.current are others
    TEMPLATE_CLIENT_VIOLATION     // the provider broke the protocol; failure says how
};

// Starts on a session that has just been established: queues CoinbaseOutputConstraints. What cannot
// be queued because the session has ended shows in the events of the session.
void template_client_start(struct template_client *client, sv2_session session,
                           const struct payout *payout, const struct report *report);

// Frees the templates.
void template_client_stop(struct template_client *client);

// Acts on a message of the provider. What it queues is still to be sent. After
// TEMPLATE_CLIENT_VIOLATION the connection is to be closed.
enum template_client_event template_client_handle(struct template_client *client,
                                                  const sv2_frame *frame);

#endif
