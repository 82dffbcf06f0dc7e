// SPDX-License-Identifier: MIT
#include "template_client.h"

#include "error_text.h"
#include "hexadecimal.h"
#include "monotonic_clock.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SETUP_TIMEOUT_MS 10000u

// SetupConnection with its five strings at their longest.
#define SMALL_FRAME_SIZE_MAX (6u + 1u + 2u + 2u + 4u + 2u + 5u * 256u)

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
static enum template_client_event
fail(struct template_client *client, enum template_client_event event, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(client->failure, sizeof client->failure, format, arguments);
    va_end(arguments);
    return event;
}

static enum template_client_event fail_by_status(struct template_client *client,
                                                 const sv2_error *error) {
    char text[ERROR_TEXT_SIZE];
    return fail(client, TEMPLATE_CLIENT_VIOLATION, "%s", error_text(error, text));
}

// Every message but SubmitSolution is small.
static void send_small(struct template_client *client, const sv2_message *message) {
    uint8_t frame[SMALL_FRAME_SIZE_MAX];
    size_t size = 0;
    sv2_error error;
    if (sv2_message_encode(message, frame, sizeof frame, &size, &error) != SV2_OK) {
        // The values are this program's own, so this is a fault of it: say so and go on.
        char text[ERROR_TEXT_SIZE];
        report_event(client->report, REPORT_PROBLEM, "fault", NULL, "cannot encode a message: %s",
                     error_text(&error, text));
        return;
    }
    (void)connection_send(client->connection, frame, size);
}

void template_client_start(struct template_client *client, struct connection *connection,
                           const struct endpoint *endpoint, const struct payout *payout,
                           const struct report *report) {
    memset(client, 0, sizeof *client);
    client->connection = connection;
    client->payout = payout;
    client->report = report;
    client->redirect = *endpoint;
    client->setup_deadline_ms = monotonic_ms() + SETUP_TIMEOUT_MS;

    sv2_message message;
    memset(&message, 0, sizeof message);
    message.id = SV2_ID_SETUP_CONNECTION;
    sv2_setup_connection *setup = &message.as.setup_connection;
    setup->protocol = SV2_PROTOCOL_TEMPLATE_DISTRIBUTION;
    setup->min_version = SV2_PROTOCOL_VERSION;
    setup->max_version = SV2_PROTOCOL_VERSION;
    setup->endpoint_host = sv2_string(endpoint->host);
    setup->endpoint_port = endpoint->port;
    setup->vendor = sv2_string("libsv2");
    setup->hardware_version = sv2_string("CPU");
    setup->firmware = sv2_string("libsv2 example miner");
    // device_id stays empty: nobody asked for telemetry (section 3.6.1).
    send_small(client, &message);
}

void template_client_stop(struct template_client *client) {
    template_store_clear(&client->store);
}

static void send_output_constraints(struct template_client *client) {
    sv2_message message;
    memset(&message, 0, sizeof message);
    message.id = SV2_ID_COINBASE_OUTPUT_CONSTRAINTS;
    sv2_coinbase_output_constraints *constraints = &message.as.coinbase_output_constraints;
    constraints->coinbase_output_max_additional_size = payout_output_size(client->payout);
    constraints->coinbase_output_max_additional_sigops = payout_sigop_cost(client->payout);
    send_small(client, &message);
}

// A pool or a job declarator needs the transactions. A miner does not: this one asks once per
// connection, to show how it is done.
static void request_transactions(struct template_client *client) {
    sv2_message message;
    memset(&message, 0, sizeof message);
    message.id = SV2_ID_REQUEST_TRANSACTION_DATA;
    message.as.request_transaction_data.template_id = client->store.current->template_id;
    client->has_requested_transactions = true;
    client->requested_template_id = client->store.current->template_id;
    send_small(client, &message);
}

static enum template_client_event on_setup_success(struct template_client *client,
                                                   const sv2_setup_connection_success *message) {
    if (message->used_version != SV2_PROTOCOL_VERSION) {
        return fail(client, TEMPLATE_CLIENT_REFUSED,
                    "the provider chose version %u of the protocol; only %u was offered",
                    (unsigned)message->used_version, SV2_PROTOCOL_VERSION);
    }
    // Section 3.6.2 makes the client act on the flags. Template Distribution defines none, so this
    // is a demand that cannot be met.
    if (message->flags != 0) {
        return fail(client, TEMPLATE_CLIENT_REFUSED,
                    "the provider demands features that are not known: flags 0x%08" PRIx32,
                    message->flags);
    }
    client->is_set_up = true;
    report_event(client->report, REPORT_DETAIL, "set_up", NULL,
                 "the provider accepted the connection");
    send_output_constraints(client); // section 7: the next message, before anything else
    return TEMPLATE_CLIENT_NOTHING;
}

static enum template_client_event on_setup_error(struct template_client *client,
                                                 const sv2_setup_connection_error *message) {
    char code[REPORT_PRINTABLE_SIZE];
    report_printable(message->error_code, code);
    return fail(client, TEMPLATE_CLIENT_REFUSED,
                "the provider refused the connection: %s, flags 0x%08" PRIx32, code,
                message->flags);
}

static enum template_client_event on_new_template(struct template_client *client,
                                                  const sv2_new_template *message) {
    const struct template_addition addition = template_store_add(&client->store, message);
    if (addition.refused != NULL) {
        return fail(client, TEMPLATE_CLIENT_VIOLATION, "template %" PRIu64 ": %s",
                    message->template_id, addition.refused);
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
        return fail(client, TEMPLATE_CLIENT_VIOLATION,
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
            return fail(client, TEMPLATE_CLIENT_VIOLATION, "transaction_list: %s",
                        sv2_status_text(status));
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

static enum template_client_event on_reconnect(struct template_client *client,
                                               const sv2_reconnect *message) {
    if (!endpoint_redirect(&client->redirect, message)) {
        return fail(client, TEMPLATE_CLIENT_VIOLATION, "Reconnect.new_host is no host");
    }
    return TEMPLATE_CLIENT_RECONNECT;
}

static enum template_client_event ignore(struct template_client *client, const sv2_frame *frame) {
    const struct report_field fields[] = {REPORT_NUMBER("extension_type", frame->extension_type),
                                          REPORT_NUMBER("msg_type", frame->msg_type),
                                          REPORT_NUMBER("size", frame->payload_len), REPORT_END};
    report_event(client->report, REPORT_PROBLEM, "ignored", fields,
                 "ignored a message: %s, extension 0x%04x, type 0x%02x, %zu bytes",
                 sv2_message_name(frame->extension_type, frame->msg_type),
                 (unsigned)frame->extension_type, (unsigned)frame->msg_type, frame->payload_len);
    return TEMPLATE_CLIENT_NOTHING;
}

static enum template_client_event fail_unexpected(struct template_client *client,
                                                  const sv2_frame *frame) {
    return fail(client, TEMPLATE_CLIENT_VIOLATION, "%s is not expected %s the connection's setup",
                sv2_message_name(frame->extension_type, frame->msg_type),
                client->is_set_up ? "after" : "before the end of");
}

// The provider's one answer to SetupConnection (section 3.6).
static enum template_client_event handle_setup(struct template_client *client,
                                               const sv2_frame *frame, const sv2_message *message) {
    switch (message->id) {
    case SV2_ID_SETUP_CONNECTION_SUCCESS:
        return on_setup_success(client, &message->as.setup_connection_success);
    case SV2_ID_SETUP_CONNECTION_ERROR:
        return on_setup_error(client, &message->as.setup_connection_error);
    case SV2_ID_RECONNECT:
        return on_reconnect(client, &message->as.reconnect);
    default:
        return fail_unexpected(client, frame);
    }
}

static enum template_client_event handle_later(struct template_client *client,
                                               const sv2_frame *frame, const sv2_message *message) {
    switch (message->id) {
    case SV2_ID_NEW_TEMPLATE:
        return on_new_template(client, &message->as.new_template);
    case SV2_ID_TEMPLATE_SET_NEW_PREV_HASH:
        return on_new_prev_hash(client, &message->as.template_set_new_prev_hash);
    case SV2_ID_REQUEST_TRANSACTION_DATA_SUCCESS:
        return on_transactions(client, &message->as.request_transaction_data_success);
    case SV2_ID_REQUEST_TRANSACTION_DATA_ERROR:
        return on_transactions_error(client, &message->as.request_transaction_data_error);
    case SV2_ID_RECONNECT:
        return on_reconnect(client, &message->as.reconnect);
    case SV2_ID_CHANNEL_ENDPOINT_CHANGED:
        return ignore(client, frame); // this protocol has no channels whose state could change
    default:
        return fail_unexpected(client, frame);
    }
}

enum template_client_event template_client_handle(struct template_client *client,
                                                  const sv2_frame *frame) {
    // A message of another protocol, or one that only a client sends, is an error. One that is not
    // known is none: extensions that were not negotiated are to be ignored (section 3.4).
    const sv2_status check =
        sv2_frame_check(frame, SV2_PROTOCOL_TEMPLATE_DISTRIBUTION, SV2_PARTY_SERVER, 0);
    if (check == SV2_ERR_UNKNOWN_MESSAGE) {
        return ignore(client, frame);
    }
    if (check != SV2_OK) {
        return fail(client, TEMPLATE_CLIENT_VIOLATION, "%s: %s",
                    sv2_message_name(frame->extension_type, frame->msg_type),
                    sv2_status_text(check));
    }
    // The union's decoder takes bytes behind the last field: TLVs of extensions, of which this
    // client has negotiated none, so it ignores them.
    sv2_message message;
    sv2_error error;
    if (sv2_message_decode(frame, &message, &error) != SV2_OK) {
        return fail_by_status(client, &error);
    }
    return client->is_set_up ? handle_later(client, frame, &message)
                             : handle_setup(client, frame, &message);
}
