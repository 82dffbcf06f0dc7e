// SPDX-License-Identifier: MIT
#include "provider_report.h"

#include "hexadecimal.h"

#include <stdio.h>
#include <string.h>

// HOST:PORT or [IPV6]:PORT.
#define PLACE_TEXT_SIZE (SV2_HOST_SIZE + 8u)

static void place_to_text(const sv2_endpoint *endpoint, char out[PLACE_TEXT_SIZE]) {
    const char *format = strchr(endpoint->host, ':') != NULL ? "[%s]:%u" : "%s:%u";
    (void)snprintf(out, PLACE_TEXT_SIZE, format, endpoint->host, (unsigned)endpoint->port);
}

void report_connected(const struct report *report, const struct connection *connection,
                      const struct link_security *security) {
    char place[PLACE_TEXT_SIZE];
    place_to_text(&connection->endpoint, place);
    const struct report_field fields[] = {REPORT_TEXT("endpoint", place),
                                          REPORT_NUMBER("encrypted", !security->is_plain),
                                          REPORT_END};
    report_event(report, REPORT_DETAIL, "connected", fields, "connected to %s; %s", place,
                 link_security_text(security, &connection->endpoint));
    sv2_public_key server;
    sv2_certificate certificate;
    if (sv2_session_server(connection->session, &server, &certificate) != SV2_OK) {
        return; // a plain link
    }
    char key[SV2_KEY_TEXT_SIZE];
    char shown[SHOWN_SERVER_TEXT_SIZE];
    server_key_to_text(&server, key);
    shown_server_to_text(&server, &certificate, shown);
    const struct report_field proof[] = {
        REPORT_TEXT("server_key", key), REPORT_NUMBER("valid_from", certificate.valid_from),
        REPORT_NUMBER("not_valid_after", certificate.not_valid_after), REPORT_END};
    report_event(report, REPORT_DETAIL, "server", proof, "%s", shown);
}

void report_redirected(const struct report *report, const sv2_endpoint *from,
                       const sv2_reconnect *message) {
    char host[REPORT_PRINTABLE_SIZE];
    report_printable(message->new_host.len > 0 ? message->new_host : sv2_string(from->host), host);
    const unsigned port = message->new_port != 0 ? message->new_port : from->port;
    const struct report_field fields[] = {REPORT_TEXT("host", host), REPORT_NUMBER("port", port),
                                          REPORT_END};
    report_event(report, REPORT_DETAIL, "redirected", fields,
                 "the provider wants the connection at %s, port %u", host, port);
}

void report_probe(const struct report *report, const struct connection *connection) {
    char place[PLACE_TEXT_SIZE];
    place_to_text(&connection->endpoint, place);
    const struct report_field fields[] = {REPORT_TEXT("endpoint", place), REPORT_END};
    report_event(report, REPORT_DETAIL, "probe", fields,
                 "the better provider at %s can be used again", place);
}

static void report_untrusted(const struct report *report, const struct connection *connection,
                             sv2_status status) {
    char reason[REFUSED_SERVER_TEXT_SIZE];
    refused_server_to_text(status, reason);
    sv2_public_key server;
    sv2_certificate certificate;
    if (sv2_session_server(connection->session, &server, &certificate) != SV2_OK) {
        const struct report_field fields[] = {REPORT_TEXT("status", sv2_status_name(status)),
                                              REPORT_END};
        report_event(report, REPORT_PROBLEM, "untrusted", fields, "the provider is not trusted: %s",
                     reason);
        return;
    }
    char key[SV2_KEY_TEXT_SIZE];
    char shown[SHOWN_SERVER_TEXT_SIZE];
    server_key_to_text(&server, key);
    shown_server_to_text(&server, &certificate, shown);
    const struct report_field fields[] = {
        REPORT_TEXT("status", sv2_status_name(status)), REPORT_TEXT("server_key", key),
        REPORT_NUMBER("valid_from", certificate.valid_from),
        REPORT_NUMBER("not_valid_after", certificate.not_valid_after), REPORT_END};
    report_event(report, REPORT_PROBLEM, "untrusted", fields,
                 "the provider is not trusted: %s (it shows %s)", reason, shown);
}

// With the error code that the provider sent, if it sent one.
static void report_refused(const struct report *report, const struct connection *connection,
                           sv2_status status, const char *text) {
    sv2_session_error error = SV2_SESSION_ERROR_INIT;
    char code[REPORT_PRINTABLE_SIZE] = "";
    if (sv2_session_error_get(connection->session, &error) == SV2_OK) {
        report_printable(error.error_code, code);
    }
    const struct report_field fields[] = {REPORT_TEXT("status", sv2_status_name(status)),
                                          REPORT_TEXT("error_code", code),
                                          REPORT_NUMBER("flags", error.flags), REPORT_END};
    report_event(report, REPORT_PROBLEM, "refused", fields,
                 "the connection's setup was refused: %s", text);
}

void report_end(const struct report *report, const struct connection *connection, sv2_status status,
                const char *detail) {
    char place[PLACE_TEXT_SIZE];
    place_to_text(&connection->endpoint, place);
    const char *text = detail != NULL ? detail : sv2_status_text(status);
    if (connection->is_probe) {
        const struct report_field fields[] = {REPORT_TEXT("endpoint", place),
                                              REPORT_TEXT("status", sv2_status_name(status)),
                                              REPORT_END};
        report_event(report, REPORT_DETAIL, "probe_failed", fields,
                     "the better provider at %s cannot be used yet: %s", place, text);
        return;
    }
    const char *system = connection->socket_error != 0 ? strerror(connection->socket_error)
                                                       : connection->dial.failure;
    const struct report_field fields[] = {
        REPORT_TEXT("endpoint", place), REPORT_TEXT("status", sv2_status_name(status)), REPORT_END};
    switch (sv2_status_class(status)) {
    case SV2_CLASS_AUTH:
        if (!connection->is_established) {
            report_untrusted(report, connection, status);
            return;
        }
        break; // proven once, so bytes were altered since
    case SV2_CLASS_CONFIGURATION:
        report_refused(report, connection, status, text);
        return;
    case SV2_CLASS_PROTOCOL:
        report_event(report, REPORT_PROBLEM, "violation", fields,
                     "the provider broke the protocol: %s", text);
        return;
    case SV2_CLASS_CALLER:
    case SV2_CLASS_INTERNAL:
        report_event(report, REPORT_PROBLEM, "fault", fields, "connection: %s", text);
        return;
    default:
        break;
    }
    report_event(report, REPORT_PROBLEM, "disconnected", fields, "connection: %s: %s%s%s", place,
                 text, *system != '\0' ? ": " : "", system);
}
