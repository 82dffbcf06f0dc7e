// SPDX-License-Identifier: MIT
// The command line.
#ifndef MINER_OPTIONS_H
#define MINER_OPTIONS_H

#include "coinbase.h"
#include "link_security.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sv2.h>

// Texts are main's arguments, which stay.
struct options {
    const char *connect;   // HOST:PORT, or NULL
    const char *authority; // the key to it, or NULL
    const char *pools[SV2_FAILOVER_ENDPOINTS_MAX];
    size_t pool_count;
    struct link_security security;
    uint64_t probe_seconds; // between probes of a better provider; 0: the default
    uint64_t blocks;        // accepted ones after which to end; 0: none
    struct coinbase_content content;
    bool has_payout_script; // false: content pays whoever comes first
    bool no_reconnect;
    bool quiet;
    bool json;
};

enum options_result { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_WRONG };

// Says what is wrong on standard error, and prints the help on standard output.
enum options_result options_parse(int argument_count, char **arguments, struct options *out);

#endif
