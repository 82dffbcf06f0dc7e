// SPDX-License-Identifier: MIT
// The command line.
#ifndef POOL_THREADS_OPTIONS_H
#define POOL_THREADS_OPTIONS_H

#include "pool.h"
#include "sv2.h"

#include <stdbool.h>
#include <stdint.h>

enum { POOLS_MAX = 8 };

struct options {
    sv2_endpoint endpoints[POOLS_MAX];
    size_t endpoint_count;
    bool failover; // one of the pools is used, the first that works; else all of them
    uint32_t interval;
    uint64_t share_goal;
    struct pool_settings settings;
};

// Returns: false after saying what is wrong.
bool options_parse(int argc, char **argv, struct options *out);

#endif
