/* Memory of sessions, counted and refused at calloc and free: what a session holds stays within
 * what its profile says, all of it comes back, and an event for which there is no memory is not
 * lost. */
#include <stdlib.h>

#include "session_pair.h"

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)

enum { BLOCKS = 256 };

static __thread int counting;
static __thread int refuse; /* refuse the next so many allocations */
static struct {
    void *p;
    size_t size;
} blocks[BLOCKS];
static size_t live, peak;

extern void *__libc_calloc(size_t count, size_t size);
extern void __libc_free(void *p);

void *calloc(size_t count, size_t size) {
    if (counting && refuse > 0) {
        refuse--;
        return NULL;
    }
    void *p = __libc_calloc(count, size);
    for (int i = 0; counting && p != NULL && i < BLOCKS; i++) {
        if (blocks[i].p == NULL) {
            blocks[i].p = p;
            blocks[i].size = count * size;
            live += count * size;
            peak = live > peak ? live : peak;
            break;
        }
    }
    return p;
}

void free(void *p) {
    for (int i = 0; counting && p != NULL && i < BLOCKS; i++) {
        if (blocks[i].p == p) {
            blocks[i].p = NULL;
            live -= blocks[i].size;
            break;
        }
    }
    __libc_free(p);
}

static void begin_counting(void) {
    live = peak = 0;
    counting = 1;
}

static void end_counting(void) {
    CHECK_NUMBER(live, 0);
    counting = 0;
}

/* Both ends fill everything that there is to fill: the peak is below what both profiles say. */
static void bound(void) {
    static const uint16_t types[] = {2, 0x4001};
    sv2_client_config cc = client_config();
    sv2_server_config sc = server_config();
    sv2_session_profile profile;
    size_t client_bound = 0, server_bound = 0, sent = 0;
    end client, server;
    cc.limits.payload = sc.limits.payload = 5000;
    cc.limits.output = sc.limits.output = 9000;
    cc.limits.early_bytes = sc.limits.early_bytes = 4000;
    cc.request = sc.supported = extension_list(types, 2);
    CHECK_STATUS(sv2_session_profile_new_client(&cc, NULL, &profile, NULL), SV2_OK);
    CHECK_STATUS(sv2_session_profile_memory_bound(profile, &client_bound), SV2_OK);
    CHECK_STATUS(sv2_session_profile_free(&profile), SV2_OK);
    CHECK_STATUS(sv2_session_profile_new_server(&sc, NULL, &profile, NULL), SV2_OK);
    CHECK_STATUS(sv2_session_profile_memory_bound(profile, &server_bound), SV2_OK);
    CHECK_STATUS(sv2_session_profile_free(&profile), SV2_OK);
    begin_counting();
    connect_ends(&client, &cc, &server, &sc);
    const sv2_frame frame = {0x4001, 1, 0, 0, (const uint8_t *)&server, 4990};
    sv2_status status;
    while ((status = sv2_session_send_frame(client.session, &frame, NULL)) == SV2_OK) {
        sent++;
    }
    CHECK_STATUS(status, SV2_ERR_QUEUE_FULL);
    CHECK_NUMBER(sent, 1);
    while (carry(&client, &server, SIZE_MAX) != 0) {
    }
    CHECK_NUMBER(server.events[0].event.frame.payload_len, 4990);
    CHECK(peak > 4990 && peak <= client_bound + server_bound);
    CHECK(live < 2 * 5200); /* the large message does not stay */
    free_end(&client);
    free_end(&server);
    end_counting();
}

/* The event waits until there is memory for its list; nothing is taken from the peer meanwhile. */
static void event_without_memory(void) {
    static const uint16_t types[] = {2, 0x4001};
    sv2_client_config cc = client_config();
    sv2_server_config sc = server_config();
    sv2_session_event event = SV2_SESSION_EVENT_INIT;
    uint8_t bytes[256];
    size_t len = 0, taken = 9;
    end client, server;
    cc.request = sc.supported = extension_list(types, 2);
    begin_counting();
    start_client(&client, &cc);
    start_server(&server, &sc);
    while (info_of(&server).phase < SV2_PHASE_ESTABLISHED) {
        CHECK_STATUS(sv2_session_output(client.session, bytes, sizeof bytes, &len), SV2_OK);
        CHECK_STATUS(sv2_session_sent(client.session, len), SV2_OK);
        CHECK_STATUS(sv2_session_feed(server.session, bytes, len, &start_time, &taken), SV2_OK);
        if (info_of(&server).phase == SV2_PHASE_NEGOTIATION) {
            take_events(&server);
            (void)carry(&server, &client, SIZE_MAX);
        }
    }
    for (int i = 0; i < 3; i++) {
        refuse = 1;
        memset(&event, 0xa5, sizeof event);
        event.struct_size = sizeof event;
        CHECK_STATUS(sv2_session_next_event(server.session, &event), SV2_ERR_NO_MEMORY);
        CHECK(filled_with((uint8_t *)&event + 4, sizeof event - 4, 0));
        CHECK_STATUS(sv2_session_feed(server.session, bytes, 1, &start_time, &taken), SV2_OK);
        CHECK_NUMBER(taken, 0);
    }
    CHECK_STATUS(sv2_session_next_event(server.session, &event), SV2_OK);
    CHECK_NUMBER(event.kind, SV2_EVENT_ESTABLISHED);
    CHECK(event.extensions.count == 2 && event.extensions.types[0] == 2 &&
          event.extensions.types[1] == 0x4001);
    CHECK_STATUS(sv2_session_next_event(server.session, &event), SV2_WANT_INPUT);
    free_end(&client);
    free_end(&server);
    end_counting();
}

/* The same for the end, its error and its text. */
static void end_without_memory(void) {
    const sv2_client_config cc = client_config();
    const sv2_setup_connection_error m = {1, sv2_string("no")};
    sv2_session_event event = SV2_SESSION_EVENT_INIT;
    sv2_session_error error = SV2_SESSION_ERROR_INIT;
    uint8_t bytes[64];
    size_t len = 0, taken = 0;
    end client;
    CHECK_STATUS(sv2_setup_connection_error_encode(&m, NULL, bytes, sizeof bytes, &len, NULL),
                 SV2_OK);
    begin_counting();
    start_client(&client, &cc);
    CHECK_STATUS(sv2_session_feed(client.session, bytes, len, &start_time, &taken),
                 SV2_ERR_SETUP_REFUSED);
    refuse = 1;
    CHECK_STATUS(sv2_session_next_event(client.session, &event), SV2_ERR_NO_MEMORY);
    refuse = 1;
    CHECK_STATUS(sv2_session_error_get(client.session, &error), SV2_ERR_NO_MEMORY);
    CHECK_STATUS(error.status, SV2_OK);
    CHECK_STATUS(sv2_session_peer_closed(client.session), SV2_OK);
    CHECK_STATUS(sv2_session_next_event(client.session, &event), SV2_OK);
    CHECK_NUMBER(event.kind, SV2_EVENT_END);
    CHECK_BYTES(event.error_code.data, event.error_code.len, (const uint8_t *)"no", 2);
    CHECK_STATUS(sv2_session_next_event(client.session, &event), SV2_WANT_INPUT);
    CHECK_STATUS(sv2_session_error_get(client.session, &error), SV2_OK);
    CHECK_BYTES(error.error_code.data, error.error_code.len, (const uint8_t *)"no", 2);
    free_end(&client);
    end_counting();
}

/* Wherever memory runs out in a conversation, it ends with that, or did not need it. */
static void anywhere(void) {
    int ended = 0;
    for (int skip = 0; skip < 12; skip++) {
        const sv2_client_config cc = client_config();
        const sv2_server_config sc = server_config();
        sv2_session_profile profile;
        sv2_session session;
        uint8_t bytes[1024];
        size_t len = 0, taken = 0;
        end client;
        begin_counting();
        start_client(&client, &cc);
        CHECK_STATUS(sv2_session_output(client.session, bytes, sizeof bytes, &len), SV2_OK);
        CHECK_STATUS(sv2_session_profile_new_server(&sc, NULL, &profile, NULL), SV2_OK);
        refuse = skip == 0 ? 1 : 0;
        CHECK_STATUS(sv2_session_start(profile, NULL, 0, &start_time, &session), SV2_OK);
        sv2_status status = SV2_OK;
        for (size_t at = 0; at < len && status == SV2_OK; at += taken) {
            refuse = at / 8 == (size_t)skip ? 1 : 0;
            status = sv2_session_feed(session, bytes + at, len - at < 8 ? len - at : 8, &start_time,
                                      &taken);
        }
        refuse = 0;
        CHECK(status == SV2_OK || status == SV2_ERR_NO_MEMORY);
        ended += status == SV2_ERR_NO_MEMORY;
        CHECK_STATUS(sv2_session_free(&session), SV2_OK);
        CHECK_STATUS(sv2_session_profile_free(&profile), SV2_OK);
        free_end(&client);
        end_counting();
    }
    CHECK(ended > 0);
}

int main(void) {
    bound();
    event_without_memory();
    end_without_memory();
    anywhere();
    return check_end("session_memory");
}

#else

int main(void) {
    printf("session_memory: not counted with this C library or sanitizer\n");
    return 0;
}

#endif
