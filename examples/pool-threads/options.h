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

// Which pool is used without --pool: its URL.
#define POOL_VARIABLE "SV2_POOL"

enum options_result {
    OPTIONS_RUN,
    OPTIONS_WRONG,
    OPTIONS_STRATUM_V1 // a URL is one of Stratum V1: another client of the firmware is to be
                       // started
};

// environment_pool: the value of POOL_VARIABLE, or NULL. Says what is wrong on standard error.
enum options_result options_parse(int argc, char **argv, const char *environment_pool,
                                  struct options *out);

#endif
