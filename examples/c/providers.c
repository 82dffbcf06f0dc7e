// SPDX-License-Identifier: MIT
#include "miner.h"
#include "monotonic_clock.h"
#include "provider_report.h"

#include <inttypes.h>

static void check_failover(struct miner *miner, sv2_status status) {
    if (status != SV2_OK) {
        miner_fault(miner, sv2_status_text(status)); // such as SV2_ERR_RANDOM
    }
}

// What the program ends with if the failure of a connection ends it.
static enum exit_status exit_status_of(sv2_status failure, bool was_established) {
    switch (sv2_status_class(failure)) {
    case SV2_CLASS_TRANSIENT:
        return EXIT_DISCONNECTED;
    case SV2_CLASS_PROTOCOL:
        return EXIT_VIOLATION;
    case SV2_CLASS_AUTH:
        return was_established ? EXIT_DISCONNECTED : EXIT_UNTRUSTED;
    case SV2_CLASS_CONFIGURATION:
        return EXIT_REFUSED;
    default:
        return EXIT_FAULT;
    }
}

// --- Beginning and ending ----------------------------------------------------------------------

static void leave(struct miner *miner) {
    if (miner->live == NULL) {
        return;
    }
    job_stop(&miner->job); // it borrows from the templates
    template_client_stop(&miner->client);
    connection_close(miner->live);
    miner->live = NULL;
    work_abandon(miner);
}

static void close_one(struct miner *miner, struct connection *connection) {
    if (connection == miner->live) {
        leave(miner);
    }
    connection_close(connection);
}

// After failover was told: with --no-reconnect nothing follows it.
static void stay_closed(struct miner *miner, enum exit_status status) {
    if (miner->options.no_reconnect && miner->live == NULL) {
        miner_end(miner, status);
    }
}

static void end_connection(struct miner *miner, struct connection *connection, sv2_status failure,
                           const char *detail) {
    report_end(&miner->report, connection, failure, detail);
    check_failover(miner, sv2_failover_report_failed(miner->failover, connection->id, failure,
                                                     monotonic_ms(), NULL, 0));
    close_one(miner, connection);
    stay_closed(miner, exit_status_of(failure, connection->is_established));
}

static void begin(struct miner *miner, const sv2_failover_decision *decision) {
    struct connection *connection =
        &miner->connections[miner->live == &miner->connections[0] ? 1 : 0];
    connection_begin(connection, decision);
    miner->has_told_wait = false;
    if (connection->failure != SV2_OK) {
        providers_failed(miner, connection);
    }
}

static void tell_wait(struct miner *miner, uint64_t until) {
    const uint64_t now = monotonic_ms();
    for (size_t i = 0; i < 2; i++) {
        if (miner->connections[i].is_open || miner->has_told_wait || until <= now) {
            return;
        }
    }
    miner->has_told_wait = true;
    const uint64_t delay = until - now;
    const struct report_field fields[] = {REPORT_NUMBER("delay_ms", delay), REPORT_END};
    report_event(&miner->report, REPORT_DETAIL, "reconnecting", fields,
                 "connecting again in %" PRIu64 ".%" PRIu64 " s", delay / 1000, delay / 100 % 10);
}

void providers_follow(struct miner *miner) {
    while (!miner->is_over) {
        sv2_failover_decision decision = SV2_FAILOVER_DECISION_INIT;
        check_failover(miner, sv2_failover_next(miner->failover, monotonic_ms(), &decision));
        switch (decision.action) {
        case SV2_FAILOVER_CONNECT:
        case SV2_FAILOVER_PROBE:
            begin(miner, &decision);
            break;
        case SV2_FAILOVER_STOP:
            report_event(&miner->report, REPORT_PROBLEM, "given_up", NULL,
                         "no provider is left to try: %s", sv2_status_text(decision.reason));
            miner_end(miner, exit_status_of(decision.reason, false));
            break;
        default: // SV2_FAILOVER_WAIT
            tell_wait(miner, decision.until);
            miner->decision_deadline_ms = decision.until;
            return;
        }
    }
}

void providers_failed(struct miner *miner, struct connection *connection) {
    end_connection(miner, connection, connection->failure, NULL);
}

void providers_violation(struct miner *miner, sv2_status status, const char *text) {
    end_connection(miner, miner->live, status, text);
}

void providers_close(struct miner *miner) {
    leave(miner);
    for (size_t i = 0; i < 2; i++) {
        connection_close(&miner->connections[i]);
    }
}

// --- Events ------------------------------------------------------------------------------------

static void establish(struct miner *miner, struct connection *connection) {
    connection->is_established = true;
    check_failover(miner, sv2_failover_report_established(miner->failover, connection->id,
                                                          monotonic_ms(), NULL, 0));
    if (connection->is_probe) {
        report_probe(&miner->report, connection);
        connection_close(connection);
        return;
    }
    leave(miner); // the way back to a better provider: the old connection was kept until now
    miner->live = connection;
    report_event(&miner->report, REPORT_DETAIL, "set_up", NULL,
                 "the provider accepted the connection");
    template_client_start(&miner->client, connection->session, &miner->options.content.payout,
                          &miner->report);
}

static bool is_reconnect(const sv2_frame *frame) {
    return frame->payload != NULL && frame->extension_type == SV2_EXTENSION_TYPE_RECONNECT &&
           frame->msg_type == SV2_MSG_TYPE_RECONNECT;
}

// Reconnect (section 3.6.5), established or in place of an answer to SetupConnection: failover
// connects to where it points, and keeps asking for the same authority's certificate there.
static void redirect(struct miner *miner, struct connection *connection, const sv2_frame *frame) {
    sv2_reconnect message;
    sv2_bytes extensions; // TLVs of none that this client has
    sv2_error error;
    if (sv2_reconnect_decode(frame, &message, &extensions, &error) != SV2_OK) {
        end_connection(miner, connection, error.status, NULL);
        return;
    }
    report_redirected(&miner->report, &connection->endpoint, &message);
    check_failover(miner, sv2_failover_report_redirected(
                              miner->failover, connection->id, message.new_host.data,
                              message.new_host.len, message.new_port, monotonic_ms(), NULL, 0));
    close_one(miner, connection); // ends the views of the message
    stay_closed(miner, EXIT_DISCONNECTED);
}

static void handle_message(struct miner *miner, struct connection *connection,
                           const sv2_frame *frame) {
    if (is_reconnect(frame)) {
        redirect(miner, connection, frame);
        return;
    }
    switch (template_client_handle(&miner->client, frame)) {
    case TEMPLATE_CLIENT_NOTHING:
        break;
    case TEMPLATE_CLIENT_NEW_TEMPLATE:
        work_restart(miner, false);
        break;
    case TEMPLATE_CLIENT_NEW_TIP:
        work_restart(miner, true);
        break;
    case TEMPLATE_CLIENT_VIOLATION:
        providers_violation(miner, miner->client.failure_status, miner->client.failure);
        break;
    }
}

static void report_ignored(struct miner *miner, const sv2_frame *frame) {
    const struct report_field fields[] = {REPORT_NUMBER("extension_type", frame->extension_type),
                                          REPORT_NUMBER("msg_type", frame->msg_type),
                                          REPORT_NUMBER("size", frame->payload_len), REPORT_END};
    report_event(&miner->report, REPORT_PROBLEM, "ignored", fields,
                 "ignored a message that is not known: extension 0x%04x, type 0x%02x, %zu bytes",
                 (unsigned)frame->extension_type, (unsigned)frame->msg_type, frame->payload_len);
}

static void handle_end(struct miner *miner, struct connection *connection,
                       const sv2_session_event *event) {
    if (event->status == SV2_ERR_RECONNECT_IN_SETUP && is_reconnect(&event->frame)) {
        redirect(miner, connection, &event->frame);
        return;
    }
    sv2_session_error error = SV2_SESSION_ERROR_INIT;
    const bool has_text = sv2_session_error_get(connection->session, &error) == SV2_OK;
    end_connection(miner, connection, event->status,
                   has_text ? (const char *)error.text.data : NULL);
}

void providers_act(struct miner *miner, struct connection *connection,
                   const sv2_session_event *event) {
    switch (event->kind) {
    case SV2_EVENT_SECURED:
        if (!connection->is_probe) {
            report_connected(&miner->report, connection, &miner->security);
        }
        break;
    case SV2_EVENT_SETUP:
        if (!connection->is_probe && miner->security.is_plain) {
            report_connected(&miner->report, connection, &miner->security);
        }
        break;
    case SV2_EVENT_ESTABLISHED:
        establish(miner, connection);
        break;
    case SV2_EVENT_MESSAGE:
        handle_message(miner, connection, &event->frame);
        break;
    case SV2_EVENT_IGNORED:
    case SV2_EVENT_UNEXPECTED:
        report_ignored(miner, &event->frame);
        break;
    case SV2_EVENT_END:
        handle_end(miner, connection, event);
        break;
    default: // those of servers and of extensions
        break;
    }
}
