/* The shared library opened at run time: nothing starts at load, all public functions are found,
 * and closing it changes nothing. Built without linking the library; the loader finds libsv2.so.0.
 */
#define CHECK_START_IS_TESTED
#define _POSIX_C_SOURCE 200809L
#include <dlfcn.h>

#include "children.h"

/* This program does not link the library: check.h asks it for names of statuses through the handle.
 */
static void *library;

/* A function of the library, through a copy of the pointer: C has no conversion from void * to it.
 */
#define FIND(name)                                                                                 \
    do {                                                                                           \
        void *found = library == NULL ? NULL : dlsym(library, #name);                              \
        CHECK(found != NULL);                                                                      \
        memcpy(&name##_found, &found, sizeof found);                                               \
    } while (0)

static const char *(*sv2_status_name_found)(sv2_status);
static sv2_status (*sv2_live_handles_found)(uint32_t, size_t *);
static uint32_t (*sv2_version_found)(void);
static sv2_status (*sv2_buf_new_found)(size_t, sv2_buf *);
static sv2_status (*sv2_buf_append_found)(sv2_buf, const uint8_t *, size_t);
static sv2_status (*sv2_buf_data_found)(sv2_buf, sv2_view *);
static sv2_status (*sv2_buf_free_found)(sv2_buf *);
static sv2_status (*sv2_reconnect_encode_found)(const sv2_reconnect *, const sv2_bytes *, uint8_t *,
                                                size_t, size_t *, sv2_error *);

const char *sv2_status_name(sv2_status status) {
    return sv2_status_name_found(status);
}
sv2_status sv2_live_handles(uint32_t kind, size_t *count) {
    return sv2_live_handles_found(kind, count);
}

static void use(sv2_buf buf) {
    sv2_reconnect message;
    uint8_t bytes[64];
    size_t len = 0;
    sv2_view view;
    memset(&message, 0, sizeof message);
    message.new_port = 34254;
    CHECK_STATUS(sv2_reconnect_encode_found(&message, NULL, bytes, sizeof bytes, &len, NULL),
                 SV2_OK);
    CHECK_NUMBER(len, SV2_FRAME_HEADER_SIZE + 3);
    CHECK_STATUS(sv2_buf_append_found(buf, bytes, len), SV2_OK);
    CHECK_STATUS(sv2_buf_data_found(buf, &view), SV2_OK);
    CHECK(view.len >= len);
}

int main(void) {
    CHECK_NUMBER(threads_now(), 1);
    library = dlopen("libsv2.so.0", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    CHECK_NUMBER(threads_now(), 1); /* "starts at the first call that needs it" */
    FIND(sv2_status_name);
    FIND(sv2_live_handles);
    FIND(sv2_version);
    FIND(sv2_buf_new);
    FIND(sv2_buf_append);
    FIND(sv2_buf_data);
    FIND(sv2_buf_free);
    FIND(sv2_reconnect_encode);
    CHECK_NUMBER(sv2_version_found(), SV2_VERSION_NUM);
    CHECK_NUMBER(threads_now(), 1);
    CHECK(dlsym(library, "sv2i_live_handles") == NULL);
    CHECK(dlsym(library, "crosscall2") == NULL);

    sv2_buf buf;
    CHECK_STATUS(sv2_buf_new_found(1000, &buf), SV2_OK);
    CHECK(threads_now() > 1);
    use(buf);
    /* "dlclose does not unload the library": the functions can still be called, the objects live
     * on. */
    CHECK(dlclose(library) == 0);
    use(buf);
    void *again = dlopen("libsv2.so.0", RTLD_NOW | RTLD_NOLOAD);
    CHECK(again != NULL);
    use(buf);
    void *same = again == NULL ? NULL : dlsym(again, "sv2_buf_new");
    CHECK(memcmp(&same, &sv2_buf_new_found, sizeof same) == 0);
    CHECK(again == NULL || dlclose(again) == 0);
    CHECK_STATUS(sv2_buf_free_found(&buf), SV2_OK);
    return check_end("dlopen");
}
