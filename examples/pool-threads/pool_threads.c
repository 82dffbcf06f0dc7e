// SPDX-License-Identifier: MIT
// A miner with a receiving and a submitting thread for each pool; see the README.
#include "asic.h"
#include "log.h"
#include "options.h"
#include "pool.h"
#include "stop.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static struct options options;
static struct pool pools[POOLS_MAX];

static bool start_pools(size_t *count) {
    const size_t wanted = options.failover ? 1 : options.endpoint_count;
    const size_t each = options.failover ? options.endpoint_count : 1;
    for (*count = 0; *count < wanted; (*count)++) {
        if (!pool_start(&pools[*count], &options.settings, (uint32_t)*count,
                        &options.endpoints[*count], each)) {
            return false;
        }
    }
    return true;
}

static bool all_gave_up(size_t count) {
    size_t gave_up = 0;
    for (size_t i = 0; i < count; i++) {
        gave_up += pool_gave_up(&pools[i]);
    }
    return gave_up == count;
}

static void stop_pools(size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct share_counts counts = pool_stop(&pools[i]);
        log_line(pools[i].name,
                 "%" PRIu64 " shares sent, %" PRIu64 " accepted, %" PRIu64 " refused, %" PRIu64
                 " lost",
                 counts.sent, counts.accepted, counts.refused, counts.lost);
    }
}

int main(int argc, char **argv) {
    switch (options_parse(argc, argv, getenv(POOL_VARIABLE), &options)) {
    case OPTIONS_RUN:
        break;
    case OPTIONS_WRONG:
        return 2;
    case OPTIONS_STRATUM_V1:
        return 3;
    }
    if (!stop_init()) {
        perror("signals");
        return 1;
    }
    struct asic asic;
    size_t count = 0;
    bool failed = !start_pools(&count) ||
                  !asic_start(&asic, pools, count, options.interval, options.share_goal);
    if (!failed) {
        while (!stop_wait() && !all_gave_up(count)) {
        }
        asic_stop(&asic);
        failed = all_gave_up(count);
    }
    stop_pools(count);
    size_t left = 0;
    if (sv2_live_handles(0, &left) != SV2_OK || left != 0) {
        log_line("main", "%zu objects of the library are left", left);
        failed = true;
    }
    return failed ? 1 : 0;
}
