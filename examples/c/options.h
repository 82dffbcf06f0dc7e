// SPDX-License-Identifier: MIT
// The command line.
#ifndef MINER_OPTIONS_H
#define MINER_OPTIONS_H

#include "coinbase.h"
#include "endpoint.h"
#include "link_security.h"

#include <stdbool.h>
#include <stdint.h>

struct options {
    struct endpoint endpoint;
    uint64_t blocks; // accepted ones after which to end; 0: none
    struct coinbase_content content;
    bool has_payout_script; // false: content pays whoever comes first
    enum link_protection protection;
    const char *authority; // its key as text, with LINK_AUTHENTICATED
    bool no_clock;
    bool no_reconnect;
    bool quiet;
    bool json;
};

enum options_result { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_WRONG };

// Says what is wrong on standard error, and prints the help on standard output.
enum options_result options_parse(int argument_count, char **arguments, struct options *out);

#endif
