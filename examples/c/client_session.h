// SPDX-License-Identifier: MIT
// What this miner says of itself and demands of a provider: the configuration of its sessions.
#ifndef MINER_CLIENT_SESSION_H
#define MINER_CLIENT_SESSION_H

#include "link_security.h"

#include <sv2.h>

// Starts a session for a connection to the endpoint.
sv2_status client_session_start(const sv2_endpoint *endpoint, const struct link_security *security,
                                sv2_session *out);

#endif
