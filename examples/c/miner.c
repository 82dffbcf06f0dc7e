// SPDX-License-Identifier: MIT
// A miner for Stratum V2's Template Distribution protocol: gets templates, searches for blocks on
// the CPU, submits them, and watches what becomes of them. One thread, one poll() loop.
#include "connection.h"
#include "found_blocks.h"
#include "hexadecimal.h"
#include "job.h"
#include "monotonic_clock.h"
#include "options.h"
#include "report.h"
#include "sha256d.h"
#include "stop_signal.h"
#include "template_client.h"
#include "wall_clock.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/rand.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sv2.h>

// Documented in --help.
enum exit_status {
    EXIT_DONE = 0,
    EXIT_FAULT = 1,
    EXIT_USAGE = 2,
    EXIT_REFUSED = 3,
    EXIT_DISCONNECTED = 4,
    EXIT_VIOLATION = 5,
    EXIT_STOPPED = 6,
    EXIT_UNTRUSTED = 7
};

// Headers between two looks at the socket: some ten milliseconds of a slow core.
#define ATTEMPTS_PER_SLICE 8192u
// Reads before the search has its turn again, so that a peer that never pauses cannot stop it.
#define READS_PER_TURN 64u

#define BACKOFF_FIRST_MS 1000u
#define BACKOFF_MAX_MS 30000u

// Why a connection is over.
enum session_end {
    SESSION_GOES_ON,
    SESSION_DONE,    // as many blocks were accepted as the user wants
    SESSION_STOPPED, // by a signal
    SESSION_DISCONNECTED,
    SESSION_REDIRECTED,
    SESSION_VIOLATION,
    SESSION_REFUSED,
    SESSION_UNTRUSTED,
    SESSION_FAULT
};

struct miner {
    struct options options;
    struct report report;
    struct endpoint endpoint; // where to connect next
    struct link_security security;
    struct sha256d hasher;
    int stop_descriptor;
    struct connection connection;
    struct template_client client;
    struct job job;
    struct found_blocks found;
    uint64_t accepted;
    uint8_t coinbase_tx[COINBASE_SIZE_MAX];
};

static enum session_end fault(struct miner *miner, const char *what) {
    report_event(&miner->report, REPORT_PROBLEM, "fault", NULL, "%s", what);
    return SESSION_FAULT;
}

// --- Found blocks ------------------------------------------------------------------------------

// After the last chance to hear of a block over this connection. What was sent may not have
// arrived, so the frame is shown in full: another tool can bring it to a node.
static void abandon_found_blocks(struct miner *miner) {
    for (size_t i = 0; i < miner->found.count; i++) {
        struct found_block *block = &miner->found.blocks[i];
        if (block->is_abandoned) {
            continue;
        }
        block->is_abandoned = true;
        char hash[HASH_TEXT_SIZE];
        hash_to_text(block->hash, hash);
        const struct report_field fields[] = {
            REPORT_TEXT("hash", hash), REPORT_BYTES("frame", block->frame, block->frame_size),
            REPORT_END};
        report_event(&miner->report, REPORT_PROBLEM, "unconfirmed", fields,
                     "unconfirmed %s: the connection ended before the tip moved; its "
                     "SubmitSolution frame:",
                     hash);
    }
}

// A tip that jumped over the found block, to one on top of it, cannot be told from a lost race.
static void resolve_found_blocks(struct miner *miner) {
    const uint8_t *tip = miner->client.store.tip.prev_hash;
    for (size_t i = 0; i < miner->found.count;) {
        const struct found_block *block = &miner->found.blocks[i];
        const enum found_block_fate fate = found_block_fate(block, tip);
        if (fate == FOUND_BLOCK_OPEN) {
            i++;
            continue;
        }
        char hash[HASH_TEXT_SIZE];
        char tip_hash[HASH_TEXT_SIZE];
        hash_to_text(block->hash, hash);
        hash_to_text(tip, tip_hash);
        if (fate == FOUND_BLOCK_ACCEPTED) {
            miner->accepted++;
            const struct report_field fields[] = {
                REPORT_TEXT("hash", hash), REPORT_NUMBER("accepted", miner->accepted), REPORT_END};
            report_event(&miner->report, REPORT_RESULT, "accepted", fields,
                         "accepted %s: it is the new tip, number %" PRIu64 " of this run", hash,
                         miner->accepted);
        } else {
            const struct report_field fields[] = {REPORT_TEXT("hash", hash),
                                                  REPORT_TEXT("tip", tip_hash), REPORT_END};
            report_event(&miner->report, REPORT_PROBLEM, "lost", fields,
                         "lost race %s: the new tip is %s", hash, tip_hash);
        }
        found_blocks_remove(&miner->found, i);
    }
}

// Section 7.7: at once. The search ends with it; only another tip starts it again.
static enum session_end submit(struct miner *miner, const uint8_t hash[HASH_SIZE]) {
    const struct job *job = &miner->job;
    struct found_block *block = found_blocks_add(&miner->found, hash, job->header.prev_hash);

    sv2_submit_solution solution;
    memset(&solution, 0, sizeof solution);
    solution.template_id = job->template_id;
    solution.version = job->header.version;
    solution.header_timestamp = job->header.timestamp;
    solution.header_nonce = job->header.nonce;
    solution.coinbase_tx.data = miner->coinbase_tx;
    solution.coinbase_tx.len = coinbase_with_witness(&job->coinbase, miner->coinbase_tx);
    sv2_error error;
    const sv2_status status = sv2_submit_solution_encode(
        &solution, NULL, block->frame, sizeof block->frame, &block->frame_size, &error);
    const bool sent =
        status == SV2_OK && connection_send(&miner->connection, block->frame, block->frame_size);

    // Told after it was sent: a terminal may be slow.
    char text[HASH_TEXT_SIZE];
    hash_to_text(hash, text);
    const struct report_field fields[] = {REPORT_TEXT("hash", text),
                                          REPORT_NUMBER("template_id", job->template_id),
                                          REPORT_NUMBER("timestamp", job->header.timestamp),
                                          REPORT_NUMBER("nonce", job->header.nonce), REPORT_END};
    report_event(&miner->report, REPORT_RESULT, "block", fields,
                 "found block %s with template %" PRIu64 ", nonce %" PRIu32, text, job->template_id,
                 job->header.nonce);
    if (status != SV2_OK) {
        const struct report_field parts[] = {
            REPORT_BYTES("header", job->bytes, sizeof job->bytes),
            REPORT_BYTES("coinbase_tx", solution.coinbase_tx.data, solution.coinbase_tx.len),
            REPORT_END};
        report_event(
            &miner->report, REPORT_PROBLEM, "fault", parts,
            "cannot encode SubmitSolution (%s); header and coinbase_tx:", sv2_status_text(status));
        return SESSION_FAULT;
    }
    job_stop(&miner->job);
    return sent ? SESSION_GOES_ON : SESSION_DISCONNECTED;
}

// --- The search --------------------------------------------------------------------------------

static enum session_end restart_job(struct miner *miner) {
    const struct template_store *store = &miner->client.store;
    job_stop(&miner->job);
    if (found_blocks_is_submitted(&miner->found, store->tip.prev_hash)) {
        report_event(&miner->report, REPORT_DETAIL, "waiting", NULL,
                     "waiting: a solution for this tip has been submitted");
        return SESSION_GOES_ON;
    }
    const char *refused = job_start(&miner->job, store, &miner->options.content);
    if (refused != NULL) {
        const struct report_field fields[] = {
            REPORT_NUMBER("template_id", store->current->template_id), REPORT_END};
        report_event(&miner->report, REPORT_PROBLEM, "violation", fields,
                     "template %" PRIu64 ": %s", store->current->template_id, refused);
        return SESSION_VIOLATION;
    }
    return SESSION_GOES_ON;
}

static enum session_end search(struct miner *miner) {
    uint8_t hash[HASH_SIZE];
    const bool found =
        job_search(&miner->job, &miner->hasher, monotonic_ms(), ATTEMPTS_PER_SLICE, hash);
    if (miner->hasher.failed) {
        return fault(miner, "libcrypto cannot hash");
    }
    return found ? submit(miner, hash) : SESSION_GOES_ON;
}

// --- One connection ----------------------------------------------------------------------------

static enum session_end handle(struct miner *miner, const sv2_frame *frame) {
    switch (template_client_handle(&miner->client, frame)) {
    case TEMPLATE_CLIENT_NOTHING:
        return SESSION_GOES_ON;
    case TEMPLATE_CLIENT_NEW_TEMPLATE:
        return restart_job(miner);
    case TEMPLATE_CLIENT_NEW_TIP:
        resolve_found_blocks(miner);
        if (miner->options.blocks > 0 && miner->accepted >= miner->options.blocks) {
            return SESSION_DONE;
        }
        return restart_job(miner);
    case TEMPLATE_CLIENT_RECONNECT:
        return SESSION_REDIRECTED;
    case TEMPLATE_CLIENT_REFUSED:
        report_event(&miner->report, REPORT_PROBLEM, "refused", NULL, "%s", miner->client.failure);
        return SESSION_REFUSED;
    case TEMPLATE_CLIENT_VIOLATION:
        break;
    }
    report_event(&miner->report, REPORT_PROBLEM, "violation", NULL,
                 "the provider broke the protocol: %s", miner->client.failure);
    return SESSION_VIOLATION;
}

static enum session_end describe_connection(struct miner *miner) {
    const struct connection *connection = &miner->connection;
    switch (connection->state) {
    case CONNECTION_OPEN:
        return SESSION_GOES_ON;
    case CONNECTION_ENDED:
        report_event(&miner->report, REPORT_PROBLEM, "disconnected", NULL, "connection: %s",
                     connection->failure);
        return SESSION_DISCONNECTED;
    case CONNECTION_BROKE_PROTOCOL:
        report_event(&miner->report, REPORT_PROBLEM, "violation", NULL,
                     "the provider broke the protocol: %s", connection->failure);
        return SESSION_VIOLATION;
    case CONNECTION_UNTRUSTED: {
        char key[SV2_KEY_TEXT_SIZE];
        server_key_to_text(&connection->server, key);
        const struct report_field fields[] = {
            REPORT_TEXT("status", sv2_status_name(connection->trust_failure)),
            REPORT_TEXT("server_key", key),
            REPORT_NUMBER("valid_from", connection->certificate.valid_from),
            REPORT_NUMBER("not_valid_after", connection->certificate.not_valid_after), REPORT_END};
        report_event(&miner->report, REPORT_PROBLEM, "untrusted", fields,
                     "the provider is not trusted: %s", connection->failure);
        return SESSION_UNTRUSTED;
    }
    case CONNECTION_FAILED:
        break;
    }
    return fault(miner, connection->failure);
}

static const char *describe_protection(const struct link_security *security) {
    switch (security->protection) {
    case LINK_AUTHENTICATED:
        return security->policy.clock == SV2_CLOCK_NONE
                   ? "encrypted, to a server of the authority; without a clock, the times of its "
                     "certificate were not checked"
                   : "encrypted, to a server of the authority";
    case LINK_TO_ANYONE:
        return "encrypted, but who is at the other end was not checked";
    case LINK_PLAIN:
        return "the link is plain TCP, not encrypted";
    case LINK_UNDECIDED: // has no connection
        break;
    }
    return "how the link is protected is unknown";
}

static void report_connected(struct miner *miner) {
    const struct connection *connection = &miner->connection;
    char place[ENDPOINT_TEXT_SIZE];
    endpoint_to_text(&miner->endpoint, place);
    const struct report_field fields[] = {REPORT_TEXT("endpoint", place),
                                          REPORT_NUMBER("encrypted", connection->is_encrypted),
                                          REPORT_END};
    report_event(&miner->report, REPORT_DETAIL, "connected", fields, "connected to %s; %s", place,
                 describe_protection(&miner->security));
    if (!connection->is_encrypted) {
        return;
    }
    char key[SV2_KEY_TEXT_SIZE];
    server_key_to_text(&connection->server, key);
    char from[UTC_TEXT_SIZE];
    char until[UTC_TEXT_SIZE];
    utc_to_text(connection->certificate.valid_from, from);
    utc_to_text(connection->certificate.not_valid_after, until);
    const struct report_field shown[] = {
        REPORT_TEXT("server_key", key),
        REPORT_NUMBER("valid_from", connection->certificate.valid_from),
        REPORT_NUMBER("not_valid_after", connection->certificate.not_valid_after), REPORT_END};
    report_event(&miner->report, REPORT_DETAIL, "server", shown,
                 "server key %s, certificate valid from %s until %s", key, from, until);
}

static enum session_end receive(struct miner *miner) {
    for (uint32_t reads = 0; reads < READS_PER_TURN; reads++) {
        const bool has_more = connection_receive(&miner->connection);
        sv2_frame frame;
        while (connection_next(&miner->connection, &frame)) {
            const enum session_end end = handle(miner, &frame);
            if (end != SESSION_GOES_ON) {
                return end;
            }
        }
        if (!has_more) {
            break;
        }
    }
    return SESSION_GOES_ON;
}

// Waits for the socket or a signal: not at all while there is something to search, otherwise until
// a deadline. Returns SESSION_GOES_ON with the events of the socket.
static enum session_end wait_for_events(struct miner *miner, short *events) {
    struct connection *connection = &miner->connection;
    uint64_t deadline = connection_send_deadline(connection);
    if (!miner->client.is_set_up && miner->client.setup_deadline_ms < deadline) {
        deadline = miner->client.setup_deadline_ms;
    }
    const uint64_t now = monotonic_ms();
    int timeout = -1;
    if (miner->job.is_active || deadline <= now) {
        timeout = 0;
    } else if (deadline != UINT64_MAX) {
        timeout = (int)(deadline - now); // some seconds
    }
    const short wanted = connection_has_output(connection) ? POLLIN | POLLOUT : POLLIN;
    struct pollfd watched[] = {{connection->socket, wanted, 0},
                               {miner->stop_descriptor, POLLIN, 0}};
    if (poll(watched, 2, timeout) < 0 && errno != EINTR) {
        return fault(miner, strerror(errno));
    }
    *events = watched[0].revents;
    return watched[1].revents != 0 ? SESSION_STOPPED : SESSION_GOES_ON;
}

static enum session_end check_deadlines(struct miner *miner) {
    const uint64_t now = monotonic_ms();
    if (now >= connection_send_deadline(&miner->connection)) {
        connection_give_up_sending(&miner->connection);
    }
    if (!miner->client.is_set_up && now >= miner->client.setup_deadline_ms) {
        report_event(&miner->report, REPORT_PROBLEM, "disconnected", NULL,
                     "connection: no answer to SetupConnection");
        return SESSION_DISCONNECTED;
    }
    return SESSION_GOES_ON;
}

static enum session_end serve_once(struct miner *miner) {
    short events = 0;
    enum session_end end = wait_for_events(miner, &events);
    if (end == SESSION_GOES_ON && (events & POLLOUT) != 0) {
        (void)connection_flush(&miner->connection); // its state is looked at below
    }
    // Also on POLLHUP and POLLERR: there may be bytes in front of the end, and recv() names it.
    if (end == SESSION_GOES_ON && (events & ~POLLOUT) != 0) {
        end = receive(miner);
    }
    if (end == SESSION_GOES_ON) {
        end = check_deadlines(miner);
    }
    if (end == SESSION_GOES_ON) {
        end = describe_connection(miner);
    }
    if (end == SESSION_GOES_ON && miner->job.is_active) {
        end = search(miner);
        if (end == SESSION_DISCONNECTED) {
            end = describe_connection(miner);
        }
    }
    return end;
}

// Whether the program shall end, by now or within some time.
static bool is_stopped(const struct miner *miner, uint64_t within_ms) {
    struct pollfd watched = {miner->stop_descriptor, POLLIN, 0};
    return poll(&watched, 1, (int)within_ms) > 0;
}

static enum session_end run_session(struct miner *miner) {
    if (!connection_open(&miner->connection, &miner->endpoint, &miner->security,
                         miner->stop_descriptor)) {
        return is_stopped(miner, 0) ? SESSION_STOPPED : describe_connection(miner);
    }
    report_connected(miner);
    template_client_start(&miner->client, &miner->connection, &miner->endpoint,
                          &miner->options.content.payout, &miner->report);
    enum session_end end = SESSION_GOES_ON;
    while (end == SESSION_GOES_ON) {
        end = serve_once(miner);
    }
    job_stop(&miner->job); // it borrows from the templates
    template_client_stop(&miner->client);
    connection_close(&miner->connection);
    abandon_found_blocks(miner);
    return end;
}

// --- All connections ---------------------------------------------------------------------------

static bool shall_reconnect(const struct miner *miner, enum session_end end) {
    return !miner->options.no_reconnect &&
           (end == SESSION_DISCONNECTED || end == SESSION_REDIRECTED || end == SESSION_VIOLATION);
}

static void choose_endpoint(struct miner *miner, enum session_end end) {
    if (end != SESSION_REDIRECTED) {
        // A redirect lasts as long as its connection: a wrong one must not strand the miner.
        miner->endpoint = miner->options.endpoint;
        return;
    }
    miner->endpoint = miner->client.redirect;
    char place[ENDPOINT_TEXT_SIZE];
    endpoint_to_text(&miner->endpoint, place);
    const struct report_field fields[] = {REPORT_TEXT("endpoint", place), REPORT_END};
    report_event(&miner->report, REPORT_DETAIL, "redirected", fields,
                 "the provider wants the connection at %s", place);
}

static enum session_end run_sessions(struct miner *miner) {
    uint64_t delay_ms = BACKOFF_FIRST_MS;
    for (;;) {
        const uint64_t began = monotonic_ms();
        const enum session_end end = run_session(miner);
        if (!shall_reconnect(miner, end)) {
            return end;
        }
        choose_endpoint(miner, end);
        // Only a connection that held proves that the trouble is over: one that is accepted and
        // then fails each time must not be made every second for ever.
        if (monotonic_ms() - began >= BACKOFF_MAX_MS) {
            delay_ms = BACKOFF_FIRST_MS;
        }
        const struct report_field fields[] = {REPORT_NUMBER("delay_ms", delay_ms), REPORT_END};
        report_event(&miner->report, REPORT_DETAIL, "reconnecting", fields,
                     "connecting again in %" PRIu64 " s", delay_ms / 1000);
        if (is_stopped(miner, delay_ms)) {
            return SESSION_STOPPED;
        }
        delay_ms = delay_ms < BACKOFF_MAX_MS / 2 ? delay_ms * 2 : BACKOFF_MAX_MS;
    }
}

static enum exit_status exit_status_of(const struct miner *miner, enum session_end end) {
    switch (end) {
    case SESSION_DONE:
        return EXIT_DONE;
    case SESSION_STOPPED:
        return miner->options.blocks == 0 ? EXIT_DONE : EXIT_STOPPED;
    case SESSION_DISCONNECTED:
    case SESSION_REDIRECTED:
        return EXIT_DISCONNECTED;
    case SESSION_VIOLATION:
        return EXIT_VIOLATION;
    case SESSION_REFUSED:
        return EXIT_REFUSED;
    case SESSION_UNTRUSTED:
        return EXIT_UNTRUSTED;
    case SESSION_GOES_ON:
    case SESSION_FAULT:
        break;
    }
    return EXIT_FAULT;
}

// --- The program -------------------------------------------------------------------------------

static bool start_library(struct miner *miner) {
    // Version 0 promises nothing between minor versions.
    if (sv2_version() >> 8 != SV2_VERSION_NUM >> 8) {
        (void)fault(miner, "the library is not of the header's version");
        return false;
    }
    // One thread of this program talks to the library, so it needs no more for its own.
    sv2_start_config config = SV2_START_CONFIG_INIT;
    config.max_threads = 1;
    const sv2_status status = sv2_start(&config);
    if (status != SV2_OK) {
        (void)fault(miner, sv2_status_text(status));
        return false;
    }
    return true;
}

static enum exit_status read_authority(struct miner *miner) {
    const struct options *options = &miner->options;
    const sv2_status status = link_security_init(&miner->security, options->protection,
                                                 options->authority, !options->no_clock);
    if (status == SV2_OK) {
        return EXIT_DONE;
    }
    (void)fprintf(stderr, "miner: --authority: %s\n", sv2_status_text(status));
    return EXIT_USAGE;
}

static bool start_system(struct miner *miner) {
    // Two miners that are paid by the same script would otherwise do the same work.
    if (RAND_bytes((unsigned char *)&miner->job.extranonce, sizeof miner->job.extranonce) != 1 ||
        !sha256d_init(&miner->hasher)) {
        (void)fault(miner, "libcrypto does not start");
        return false;
    }
    miner->stop_descriptor = stop_signal_catch();
    if (miner->stop_descriptor < 0) {
        sha256d_free(&miner->hasher);
        (void)fault(miner, "signals cannot be caught");
        return false;
    }
    return true;
}

// Returns: EXIT_DONE when the miner can run.
static enum exit_status start(struct miner *miner) {
    miner->report.json = miner->options.json;
    miner->report.quiet = miner->options.quiet;
    miner->endpoint = miner->options.endpoint;
    if (!start_library(miner)) {
        return EXIT_FAULT;
    }
    const enum exit_status status = read_authority(miner);
    if (status != EXIT_DONE) {
        return status;
    }
    if (!start_system(miner)) {
        return EXIT_FAULT;
    }
    if (!miner->options.has_payout_script) {
        report_event(&miner->report, REPORT_PROBLEM, "no_payout", NULL,
                     "without --payout-script anyone may spend what is mined");
    }
    return EXIT_DONE;
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
    enum exit_status status = start(&miner);
    if (status != EXIT_DONE) {
        return (int)status;
    }
    status = exit_status_of(&miner, run_sessions(&miner));
    stop_signal_release();
    sha256d_free(&miner.hasher);
    if (!has_freed_everything(&miner)) {
        status = EXIT_FAULT;
    }
    return (int)status;
}
