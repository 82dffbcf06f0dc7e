// SPDX-License-Identifier: MIT
// The providers that the command line names.
#ifndef MINER_ENDPOINT_LIST_H
#define MINER_ENDPOINT_LIST_H

#include "options.h"

#include <stddef.h>
#include <sv2.h>

// --connect and --authority, and one for each --pool.
#define ENDPOINT_LIST_MAX (SV2_FAILOVER_ENDPOINTS_MAX + 1u)

// Reads the endpoints of the options, the best one first.
// Returns: how many; 0 if something is wrong, which standard error then tells.
size_t endpoint_list_read(const struct options *options, sv2_endpoint out[ENDPOINT_LIST_MAX]);

#endif
