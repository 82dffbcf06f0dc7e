// SPDX-License-Identifier: MIT
// TCP to an endpoint.
#ifndef POOL_THREADS_DIAL_H
#define POOL_THREADS_DIAL_H

#include "sv2.h"

// Resolves the host, which takes as long as the system likes, and tries its addresses, each for at
// most 5 seconds, until wake is readable.
// Out: socket  non-blocking and without Nagle's delay: a share must not wait for an
// acknowledgement. Returns: SV2_OK, SV2_ERR_RESOLVE_FAILED or SV2_ERR_CONNECT_FAILED, as
// sv2_failover wants it.
sv2_status dial(const sv2_endpoint *endpoint, int wake, int *socket);

#endif
