// SPDX-License-Identifier: MIT
// The client's side of Template Distribution (section 7) on one connection: what to send, and what
// a message of the provider means.
#ifndef MINER_TEMPLATE_CLIENT_H
#define MINER_TEMPLATE_CLIENT_H

#include "connection.h"
#include "endpoint.h"
#include "payout.h"
#include "report.h"
#include "template_store.h"

#include <stdbool.h>
#include <stdint.h>
#include <sv2.h>

struct template_client {
    struct connection *connection;
    const struct payout *payout;
    const struct report *report;
    bool is_set_up;
    uint64_t setup_deadline_ms; // meaningful until is_set_up
    struct template_store store;
    bool has_requested_transactions;
    uint64_t requested_template_id;
    struct endpoint redirect; // where TEMPLATE_CLIENT_RECONNECT wants to go
    char failure[REPORT_LINE_SIZE];
};

enum template_client_event {
    TEMPLATE_CLIENT_NOTHING,      // nothing for the caller to do
    TEMPLATE_CLIENT_NEW_TEMPLATE, // store.current is another one, on the same tip
    TEMPLATE_CLIENT_NEW_TIP,      // store.tip and store.current are others
    TEMPLATE_CLIENT_RECONNECT,    // redirect says where to
    TEMPLATE_CLIENT_REFUSED,      // the setup failed and would fail again; failure says why
    TEMPLATE_CLIENT_VIOLATION     // the provider broke the protocol; failure says how
};

// Starts on a new connection: sends SetupConnection. A message that cannot be sent shows in the
// state of the connection.
void template_client_start(struct template_client *client, struct connection *connection,
                           const struct endpoint *endpoint, const struct payout *payout,
                           const struct report *report);

// Frees the templates.
void template_client_stop(struct template_client *client);

// After TEMPLATE_CLIENT_REFUSED and _VIOLATION the connection is to be closed.
enum template_client_event template_client_handle(struct template_client *client,
                                                  const sv2_frame *frame);

#endif
