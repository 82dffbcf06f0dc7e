// SPDX-License-Identifier: MIT
#include "template_client.h"

#include "error_text.h"
#include "hexadecimal.h"
#include "monotonic_clock.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// For what the library cannot know to be wrong.
#define VIOLATION SV2_ERR_UNEXPECTED_MESSAGE

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
static enum template_client_event
fail(struct template_client *client, sv2_status status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(client->failure, sizeof client->failure, format, arguments);
    va_end(arguments);
    client->failure_status = status;
    return TEMPLATE_CLIENT_VIOLATION;
}

// A session that has ended says so by its last event; anything else is a fault of this program.
static void check_sent(const struct template_client *client, const char *message,
                       sv2_status status) {
    sv2_session_error end = SV2_SESSION_ERROR_INIT;
    const bool has_ended =
        sv2_session_error_get(client->session, &end) == SV2_OK && end.status != SV2_OK;
    if (status != SV2_OK && !has_ended) {
        report_event(client->report, REPORT_PROBLEM, "fault", NULL, "cannot send %s: %s", message,
                     sv2_status_text(status));
    }
}

void template_client_start(struct template_client *client, sv2_session session,
                           const struct payout *payout, const struct report *report) {
    memset(client, 0, sizeof *client);
    client->session = session;
    client->payout = payout;
    client->report = report;
    // Section 7: the next message after the setup, before anything else.
    sv2_coinbase_output_constraints constraints;
    constraints.coinbase_output_max_additional_size = payout_output_size(payout);
    constraints.coinbase_output_max_additional_sigops = payout_sigop_cost(payout);
    check_sent(client, "CoinbaseOutputConstraints",
               sv2_coinbase_output_constraints_send(session, &constraints, NULL, NULL));
}

void template_client_stop(struct template_client *client) {
    template_store_clear(&client->store);
}

// A pool or a job declarator needs the transactions. A miner does not: this one asks once per
// connection, to show how it is done.
static void request_transactions(struct template_client *client) {
    sv2_request_transaction_data request;
    request.template_id = client->store.current->template_id;
    client->has_requested_transactions = true;
    client->requested_template_id = request.template_id;
    check_sent(client, "RequestTransactionData",
               sv2_request_transaction_data_send(client->session, &request, NULL, NULL));
}

static enum template_client_event on_new_template(struct template_client *client,
                                                  const sv2_new_template *message) {
    const struct template_addition addition = template_store_add(&client->store, message);
    if (addition.refused != NULL) {
        return fail(client, VIOLATION, "template %" PRIu64 ": %s", message->template_id,
                    addition.refused);
    }
    if (addition.has_evicted) {
        const struct report_field fields[] = {REPORT_NUMBER("template_id", addition.evicted_id),
                                              REPORT_END};
        report_event(client->report, REPORT_PROBLEM, "template_forgotten", fields,
                     "more than %u future templates: template %" PRIu64 " is forgotten",
                     FUTURE_TEMPLATES_MAX, addition.evicted_id);
    }
    const struct report_field fields[] = {
        REPORT_NUMBER("template_id", message->template_id),
        REPORT_NUMBER("future", message->future_template),
        REPORT_NUMBER("value", message->coinbase_tx_value_remaining), REPORT_END};
    report_event(client->report, REPORT_DETAIL, "template", fields,
                 "template %" PRIu64 "%s, worth %" PRIu64 " satoshi", message->template_id,
                 message->future_template != 0 ? " for a later tip" : "",
                 message->coinbase_tx_value_remaining);
    return message->future_template != 0 ? TEMPLATE_CLIENT_NOTHING : TEMPLATE_CLIENT_NEW_TEMPLATE;
}

static enum template_client_event on_new_prev_hash(struct template_client *client,
                                                   const sv2_template_set_new_prev_hash *message) {
    if (!template_store_set_tip(&client->store, message, monotonic_ms())) {
        return fail(client, VIOLATION,
                    "SetNewPrevHash names template %" PRIu64 ", which is not known",
                    message->template_id);
    }
    char hash[HASH_TEXT_SIZE];
    hash_to_text(message->prev_hash.bytes, hash);
    const struct report_field fields[] = {REPORT_TEXT("prev_hash", hash),
                                          REPORT_NUMBER("template_id", message->template_id),
                                          REPORT_END};
    report_event(client->report, REPORT_DETAIL, "tip", fields, "tip %s with template %" PRIu64,
                 hash, message->template_id);
    if (!client->has_requested_transactions) {
        request_transactions(client);
    }
    return TEMPLATE_CLIENT_NEW_TIP;
}

static bool is_answer_wanted(struct template_client *client, uint64_t template_id) {
    if (client->has_requested_transactions && client->requested_template_id == template_id) {
        return true;
    }
    report_event(client->report, REPORT_PROBLEM, "ignored", NULL,
                 "ignored the transactions of template %" PRIu64 ", which nobody asked for",
                 template_id);
    return false;
}

static enum template_client_event
on_transactions(struct template_client *client,
                const sv2_request_transaction_data_success *message) {
    if (!is_answer_wanted(client, message->template_id)) {
        return TEMPLATE_CLIENT_NOTHING;
    }
    const sv2_seq_b0_16m list = message->transaction_list;
    uint64_t size = 0;
    for (size_t position = 0; position < list.len;) {
        sv2_bytes transaction; // opaque to a client (section 7.5)
        size_t next = 0;
        const sv2_status status = sv2_seq_b0_16m_at(list, position, &transaction, &next);
        if (status != SV2_OK) {
            return fail(client, status, "transaction_list: %s", sv2_status_text(status));
        }
        size += transaction.len;
        position = next;
    }
    const struct report_field fields[] = {REPORT_NUMBER("template_id", message->template_id),
                                          REPORT_NUMBER("transactions", list.count),
                                          REPORT_NUMBER("size", size), REPORT_END};
    report_event(client->report, REPORT_DETAIL, "transactions", fields,
                 "template %" PRIu64 " has %zu transactions besides the coinbase, %" PRIu64
                 " bytes",
                 message->template_id, list.count, size);
    return TEMPLATE_CLIENT_NOTHING;
}

static enum template_client_event
on_transactions_error(struct template_client *client,
                      const sv2_request_transaction_data_error *message) {
    if (!is_answer_wanted(client, message->template_id)) {
        return TEMPLATE_CLIENT_NOTHING;
    }
    char code[REPORT_PRINTABLE_SIZE];
    report_printable(message->error_code, code);
    const struct report_field fields[] = {REPORT_NUMBER("template_id", message->template_id),
                                          REPORT_TEXT("error_code", code), REPORT_END};
    report_event(client->report, REPORT_PROBLEM, "transactions_refused", fields,
                 "no transactions of template %" PRIu64 ": %s", message->template_id, code);
    return TEMPLATE_CLIENT_NOTHING;
}

enum template_client_event template_client_handle(struct template_client *client,
                                                  const sv2_frame *frame) {
    // The session gives no message of another protocol or in the wrong direction. What is in it is
    // looked at here. Bytes behind the last field are TLVs of extensions, of which this client has
    // none, so it ignores them.
    sv2_message message;
    sv2_error error;
    if (sv2_message_decode(frame, &message, &error) != SV2_OK) {
        char text[ERROR_TEXT_SIZE];
        return fail(client, error.status, "%s", error_text(&error, text));
    }
    switch (message.id) {
    case SV2_ID_NEW_TEMPLATE:
        return on_new_template(client, &message.as.new_template);
    case SV2_ID_TEMPLATE_SET_NEW_PREV_HASH:
        return on_new_prev_hash(client, &message.as.template_set_new_prev_hash);
    case SV2_ID_REQUEST_TRANSACTION_DATA_SUCCESS:
        return on_transactions(client, &message.as.request_transaction_data_success);
    case SV2_ID_REQUEST_TRANSACTION_DATA_ERROR:
        return on_transactions_error(client, &message.as.request_transaction_data_error);
    default: // ChannelEndpointChanged: this protocol has no channels whose state could change
        return TEMPLATE_CLIENT_NOTHING;
    }
}
