// SPDX-License-Identifier: MIT
// What the events of a session mean for its connection: reports to sv2_failover, messages for the
// channel. All of it is for the receiving thread, which does not hold the lock of the pool.
#ifndef POOL_THREADS_CONNECTION_EVENTS_H
#define POOL_THREADS_CONNECTION_EVENTS_H

#include "connection.h"
#include "sv2.h"

// Takes all events that wait, and acts on them.
void connection_act_on_events(struct connection *connection);

// Tells sv2_failover that the connection has failed or ended, if it was not told before.
void connection_report_failed(struct connection *connection, sv2_status failure);

#endif
