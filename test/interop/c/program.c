/* What happens in a session, and what the program does about it. */
#include "session.h"

#include <stdio.h>
#include <string.h>

static void report_extensions(const char *text, sv2_extension_list extensions) {
    fprintf(stderr, "%s [", text);
    for (size_t i = 0; i < extensions.count; i++) {
        fprintf(stderr, i > 0 ? " %u" : "%u", (unsigned)extensions.types[i]);
    }
    fputs("]\n", stderr);
}

static void report_status(const char *what, sv2_status status) {
    fprintf(stderr, "%s: %s\n", what, sv2_status_name(status));
}

/* Sends the client's next share, or closes. */
static void next_share(program *p) {
    static const uint8_t extranonce[] = {1, 2, 3, 4};
    uint8_t identity[255];
    sv2_submit_shares_extended share;
    sv2_error error;
    sv2_status status = SV2_OK;
    if (p->server) {
        return;
    }
    const json next = json_after(p->shares, p->last);
    const size_t len = next.at == NULL ? 0 : json_hex(next, identity, sizeof identity);
    if (next.at == NULL) {
        status = sv2_session_close(p->session);
    } else if (len == SIZE_MAX) {
        status = SV2_ERR_ARGUMENT;
    } else {
        memset(&share, 0, sizeof share);
        share.channel_id = 1;
        share.sequence_number = p->sent++;
        share.job_id = 7;
        share.extranonce.data = extranonce;
        share.extranonce.len = sizeof extranonce;
        p->last = next;
        status = sv2_session_send_share(p->session, &share, identity, len, &error);
    }
    if (status != SV2_OK) {
        report_status("share", status);
    }
}

static void received(program *p, const sv2_session_event *e) {
    sv2_submit_shares_extended share;
    sv2_bytes trailing;
    sv2_error error;
    if (e->frame.msg_type != SV2_MSG_TYPE_SUBMIT_SHARES_EXTENDED) {
        fprintf(stderr, "message %#x\n", (unsigned)e->frame.msg_type);
        next_share(p);
        return;
    }
    sv2_status status = sv2_submit_shares_extended_decode(&e->frame, &share, &trailing, &error);
    if (status == SV2_OK) {
        fprintf(stderr, "share %lu", (unsigned long)share.sequence_number);
        if (e->has_user_identity == 1) {
            fputs(" of \"", stderr);
            fwrite(e->user_identity.data, 1, e->user_identity.len, stderr);
            fputs("\"", stderr);
        }
        fputs("\n", stderr);
        const sv2_submit_shares_success success = {share.channel_id, share.sequence_number, 1, 1};
        status = sv2_submit_shares_success_send(p->session, &success, NULL, &error);
    }
    if (status != SV2_OK) {
        report_status("share", status);
    }
}

static void ended(const program *p, const sv2_session_event *e) {
    sv2_session_error error = SV2_SESSION_ERROR_INIT;
    const char *name = sv2_status_name(e->status);
    if (sv2_session_error_get(p->session, &error) != SV2_OK) {
        fputs("end: no error\n", stderr);
    } else if (e->error_code.len > 0) {
        fprintf(stderr, "end: %s, %.*s, flags 0x%lx\n", name, (int)e->error_code.len,
                (const char *)e->error_code.data, (unsigned long)e->flags);
    } else if (error.extensions.count > 0) {
        char text[64];
        snprintf(text, sizeof text, "end: %s", name);
        report_extensions(text, error.extensions);
    } else if (e->flags != 0) {
        fprintf(stderr, "end: %s, flags 0x%lx\n", name, (unsigned long)e->flags);
    } else {
        fprintf(stderr, "end: %s\n", name);
    }
}

void act(program *p) {
    sv2_session_event e = SV2_SESSION_EVENT_INIT;
    while (sv2_session_next_event(p->session, &e) == SV2_OK) {
        switch (e.kind) {
        case SV2_EVENT_SECURED: /* there is nothing like it on a plain connection */
            break;
        case SV2_EVENT_SETUP:
            fprintf(stderr, "setup: protocol %u, version %u, flags 0x%lx\n", (unsigned)e.protocol,
                    (unsigned)e.used_version, (unsigned long)e.flags);
            break;
        case SV2_EVENT_ESTABLISHED:
            report_extensions("established with", e.extensions);
            next_share(p);
            break;
        case SV2_EVENT_MESSAGE:
            received(p, &e);
            break;
        case SV2_EVENT_END:
            ended(p, &e);
            break;
        default:
            fprintf(stderr, "%s\n", sv2_session_event_name(e.kind));
        }
    }
}
