// SPDX-License-Identifier: MIT
// What this miner says of itself and demands of a pool: the configuration of its sessions.
#ifndef POOL_THREADS_CLIENT_SESSION_H
#define POOL_THREADS_CLIENT_SESSION_H

#include "connection.h"
#include "sv2.h"

// Starts a session for a connection, whose name its log lines get.
sv2_status client_session_start(struct connection *connection, sv2_session *out);

#endif
