/* Sessions that several threads use at once, and that are freed while others are inside: each call
 * does its work or says that the handle is no longer one. */
#define _POSIX_C_SOURCE 200809L
#include <pthread.h>

#include "session_pair.h"

enum { WORKERS = 3, SHORT_LIVES = 1000 };

/* What all threads see. Handles are copied under the lock, and used outside of it. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static sv2_session_profile current_profile;
static sv2_session current;
static int stopped;
static uint64_t done, gone; /* calls by how they ended, under the lock */

static int look(sv2_session *session, sv2_session_profile *profile) {
    pthread_mutex_lock(&lock);
    *session = current;
    *profile = current_profile;
    const int stop = stopped;
    pthread_mutex_unlock(&lock);
    return !stop;
}

typedef struct tally {
    uint64_t done, gone, wrong;
} tally;

/* A call that the phase may allow, or that came too late. */
static void tell(tally *t, sv2_status status) {
    switch (status) {
    case SV2_ERR_HANDLE:
        t->gone++;
        break;
    case SV2_OK:
    case SV2_WANT_INPUT:
    case SV2_ERR_STATE:
    case SV2_ERR_UNSOLICITED_ANSWER:
    case SV2_ERR_CLOSED:
        t->done++;
        break;
    default:
        if (t->wrong++ == 0) {
            fprintf(stderr, "%s\n", sv2_status_name(status));
        }
    }
}

static void *work(void *unused) {
    static const sv2_submit_shares_extended share = {1, 2, 3, 4, 5, 6, {NULL, 0}};
    /* SetupConnection.Success with used_version 2, and Reconnect to nowhere else */
    static const uint8_t success[] = {0, 0, 1, 6, 0, 0, 2, 0, 0, 0, 0, 0};
    static const uint8_t reconnect[] = {0, 0, 4, 3, 0, 0, 0, 0, 0};
    tally t = {0, 0, 0};
    sv2_session_profile profile;
    sv2_session session, own;
    (void)unused;
    for (int more = 1; more;) {
        more = look(&session, &profile);
        sv2_session_event event = SV2_SESSION_EVENT_INIT;
        sv2_session_info info = SV2_SESSION_INFO_INIT;
        sv2_session_error why = SV2_SESSION_ERROR_INIT;
        uint8_t bytes[512];
        size_t n = 0;
        tell(&t, sv2_session_feed(session, success, sizeof success, NULL, &n));
        tell(&t, sv2_session_next_event(session, &event));
        tell(&t, sv2_session_feed(session, reconnect, sizeof reconnect, &start_time, &n));
        tell(&t, sv2_session_next_event(session, &event));
        tell(&t, sv2_submit_shares_extended_send(session, &share, NULL, NULL));
        tell(&t, sv2_session_output(session, bytes, sizeof bytes, &n));
        tell(&t, sv2_session_sent(session, 0));
        tell(&t, sv2_session_tick(session, &start_time));
        tell(&t, sv2_session_info_get(session, &info));
        tell(&t, sv2_session_error_get(session, &why));
        tell(&t, sv2_session_profile_memory_bound(profile, &n));
        const sv2_status status = sv2_session_start(profile, NULL, 0, NULL, &own);
        tell(&t, status);
        if (status == SV2_OK) {
            const sv2_session copy = own;
            tell(&t, sv2_session_free(&own));
            tell(&t, sv2_session_tick(copy, &start_time));
        }
    }
    CHECK_NUMBER(t.wrong, 0);
    pthread_mutex_lock(&lock);
    done += t.done;
    gone += t.gone;
    pthread_mutex_unlock(&lock);
    return NULL;
}

static sv2_status free_copy(sv2_session session) {
    return sv2_session_free(&session);
}

int main(void) {
    const sv2_client_config cc = client_config();
    pthread_t threads[WORKERS];
    for (int i = 0; i < WORKERS; i++) {
        CHECK(pthread_create(&threads[i], NULL, work, NULL) == 0);
    }
    for (int i = 0; i < check_rounds(SHORT_LIVES); i++) {
        sv2_session_profile profile, old_profile;
        sv2_session session, old;
        CHECK_STATUS(sv2_session_profile_new_client(&cc, NULL, &profile, NULL), SV2_OK);
        CHECK_STATUS(sv2_session_start(profile, NULL, 0, &start_time, &session), SV2_OK);
        pthread_mutex_lock(&lock);
        old = current;
        old_profile = current_profile;
        current = session;
        current_profile = profile;
        pthread_mutex_unlock(&lock);
        if (i % 2 == 0) {
            CHECK_STATUS(sv2_session_close(session), SV2_OK);
        }
        CHECK_STATUS(sv2_session_profile_free(&old_profile), SV2_OK);
        const sv2_session copy = old;
        CHECK_STATUS(sv2_session_free(&old), SV2_OK);
        CHECK_STATUS(free_copy(copy), copy.sv2_priv_session == 0 ? SV2_OK : SV2_ERR_HANDLE);
    }
    pthread_mutex_lock(&lock);
    stopped = 1;
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < WORKERS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
    }
    CHECK(done != 0 && gone != 0);
    CHECK_STATUS(sv2_session_free(&current), SV2_OK);
    CHECK_STATUS(sv2_session_profile_free(&current_profile), SV2_OK);
    return check_end("session_threads");
}
