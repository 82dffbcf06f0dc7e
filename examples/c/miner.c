// SPDX-License-Identifier: MIT
// A miner for Stratum V2's Template Distribution protocol: gets templates, searches for blocks on
// the CPU, submits them, and watches what becomes of them. One thread, one poll() loop: loop.c.
#include "miner.h"

#include "endpoint_list.h"
#include "stop_signal.h"

#include <openssl/rand.h>
#include <stdio.h>
#include <sv2.h>

void miner_end(struct miner *miner, enum exit_status status) {
    if (!miner->is_over) {
        miner->is_over = true;
        miner->exit_status = status;
    }
}

void miner_fault(struct miner *miner, const char *what) {
    report_event(&miner->report, REPORT_PROBLEM, "fault", NULL, "%s", what);
    miner_end(miner, EXIT_FAULT);
}

static bool start_library(struct miner *miner) {
    // Version 0 promises nothing between minor versions.
    if (sv2_version() >> 8 != SV2_VERSION_NUM >> 8) {
        miner_fault(miner, "the library is not of the header's version");
        return false;
    }
    // One thread of this program talks to the library, so it needs no more for its own.
    sv2_start_config config = SV2_START_CONFIG_INIT;
    config.max_threads = 1;
    const sv2_status status = sv2_start(&config);
    if (status != SV2_OK) {
        miner_fault(miner, sv2_status_text(status));
        return false;
    }
    return true;
}

static void start_failover(struct miner *miner) {
    sv2_endpoint endpoints[ENDPOINT_LIST_MAX];
    const size_t count = endpoint_list_read(&miner->options, endpoints);
    if (count == 0) {
        miner_end(miner, EXIT_USAGE);
        return;
    }
    sv2_failover_config config = SV2_FAILOVER_CONFIG_INIT;
    config.probe_interval = (uint32_t)miner->options.probe_seconds * 1000; // at most a day
    config.probe_time = 2 * config.probe_interval;
    const sv2_status status = sv2_failover_new(&config, endpoints, count, &miner->failover);
    if (status != SV2_OK) { // the same provider twice
        (void)fprintf(stderr, "miner: the providers: %s\n", sv2_status_text(status));
        miner_end(miner, EXIT_USAGE);
    }
}

static bool start_system(struct miner *miner) {
    // Two miners that are paid by the same script would otherwise do the same work.
    if (RAND_bytes((unsigned char *)&miner->job.extranonce, sizeof miner->job.extranonce) != 1 ||
        !sha256d_init(&miner->hasher)) {
        miner_fault(miner, "libcrypto does not start");
        return false;
    }
    miner->stop_descriptor = stop_signal_catch();
    if (miner->stop_descriptor < 0) {
        sha256d_free(&miner->hasher);
        miner_fault(miner, "signals cannot be caught");
        return false;
    }
    return true;
}

// The miner is over if it cannot run.
static void start(struct miner *miner) {
    miner->report.json = miner->options.json;
    miner->report.quiet = miner->options.quiet;
    miner->security = miner->options.security;
    if (!start_library(miner)) {
        return;
    }
    start_failover(miner);
    if (miner->is_over || !start_system(miner)) {
        return;
    }
    if (!miner->options.has_payout_script) {
        report_event(&miner->report, REPORT_PROBLEM, "no_payout", NULL,
                     "without --payout-script anyone may spend what is mined");
    }
}

static bool has_freed_everything(struct miner *miner) {
    size_t count = 0;
    const sv2_status status = sv2_live_handles(0, &count);
    if (status == SV2_OK && count == 0) {
        return true;
    }
    report_event(&miner->report, REPORT_PROBLEM, "fault", NULL,
                 "%zu objects of libsv2 were not freed (%s)", count, sv2_status_name(status));
    return false;
}

int main(int argument_count, char **arguments) {
    static struct miner miner; // 400 KiB are much for the stack of a small system
    switch (options_parse(argument_count, arguments, &miner.options)) {
    case OPTIONS_HELP:
        return EXIT_DONE;
    case OPTIONS_WRONG:
        return EXIT_USAGE;
    case OPTIONS_RUN:
        break;
    }
    start(&miner);
    if (!miner.is_over) {
        loop_run(&miner);
        stop_signal_release();
        sha256d_free(&miner.hasher);
    }
    (void)sv2_failover_free(&miner.failover);
    if (!has_freed_everything(&miner)) {
        miner.exit_status = EXIT_FAULT;
    }
    return (int)miner.exit_status;
}
