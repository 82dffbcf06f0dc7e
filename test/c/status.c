/* Statuses and versions: every row of SV2_STATUS_MAP, numbers that are none, and that none of it
 * starts the runtime. */
#define CHECK_START_IS_TESTED
#define _POSIX_C_SOURCE 200809L
#include "check.h"
#include "children.h"

static const struct {
    sv2_status status, number;
    int32_t class_number;
    const char *name, *text;
} rows[] = {
#define ROW(name, number, class_number, text) {name, number, class_number, #name, text},
    SV2_STATUS_MAP(ROW)
#undef ROW
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static void every_row(void) {
    for (size_t i = 0; i < ROWS; i++) {
        CHECK_STATUS(rows[i].status, rows[i].number);
        CHECK_TEXT(sv2_status_name(rows[i].status), rows[i].name);
        CHECK_TEXT(sv2_status_text(rows[i].status), rows[i].text);
        CHECK_NUMBER(sv2_status_class(rows[i].status), rows[i].class_number);
        CHECK(rows[i].class_number >= SV2_CLASS_NOT_DONE &&
              rows[i].class_number <= SV2_CLASS_INTERNAL);
        /* negative is an error, positive is not done yet */
        CHECK((rows[i].status > 0) == (rows[i].class_number == SV2_CLASS_NOT_DONE));
        for (size_t k = 0; k < i; k++) {
            CHECK(rows[i].status != rows[k].status);
            CHECK(strcmp(rows[i].text, rows[k].text) != 0);
        }
    }
    CHECK_NUMBER(SV2_OK, 0);
    CHECK_TEXT(sv2_status_name(SV2_OK), "SV2_OK");
    CHECK(sv2_status_text(SV2_OK) != NULL);
    /* numbers that a program may have stored */
    CHECK_STATUS(SV2_WANT_INPUT, 1);
    CHECK_STATUS(SV2_ERR_NULL, -1);
    CHECK_STATUS(SV2_ERR_BUFFER_TOO_SMALL, -33);
    CHECK_STATUS(SV2_ERR_TRUNCATED, -64);
    CHECK_STATUS(SV2_ERR_INTERNAL, -250);
    CHECK_STATUS(SV2_ERR_POISONED, -251);
}

static void unknown_statuses(void) {
    for (sv2_status status = -1000; status < 1000; status++) {
        int known = status == SV2_OK;
        for (size_t i = 0; i < ROWS; i++) {
            known = known || rows[i].status == status;
        }
        CHECK((strcmp(sv2_status_name(status), "SV2_UNKNOWN") == 0) == !known);
        if (!known) {
            CHECK(sv2_status_text(status) != NULL && sv2_status_text(status)[0] != '\0');
            CHECK_NUMBER(sv2_status_class(status), SV2_CLASS_INTERNAL);
        }
    }
    CHECK_TEXT(sv2_status_name(INT32_MIN), "SV2_UNKNOWN");
    CHECK_TEXT(sv2_status_name(INT32_MAX), "SV2_UNKNOWN");
}

static void versions(void) {
    sv2_version_info info = SV2_VERSION_INFO_INIT;
    char text[32];
    /* the packed number, not only its parts */
    CHECK_NUMBER(SV2_VERSION_NUM,
                 SV2_VERSION_MAJOR * 65536 + SV2_VERSION_MINOR * 256 + SV2_VERSION_PATCH);
    CHECK_NUMBER(sv2_version(), SV2_VERSION_NUM);
    CHECK_NUMBER(info.struct_size, sizeof info);
    CHECK_STATUS(sv2_version_info_get(&info), SV2_OK);
    CHECK_NUMBER(info.struct_size, sizeof info);
    CHECK_NUMBER(info.number, SV2_VERSION_NUM);
    CHECK_NUMBER(info.protocol_version, 2);
    CHECK_NUMBER(info.message_count, 44);
    snprintf(text, sizeof text, "%d.%d.%d", SV2_VERSION_MAJOR, SV2_VERSION_MINOR,
             SV2_VERSION_PATCH);
    CHECK_TEXT(info.text, text);
    CHECK(info.go != NULL && strncmp(info.go, "go1.", 4) == 0);
}

int main(void) {
    const int before = threads_now();
    every_row();
    unknown_statuses();
    versions();
    CHECK_TEXT(sv2_message_name(0, 0), "SetupConnection");
    CHECK_TEXT(sv2_field_name(0, 0x72, 3), "nBits");
    CHECK_NUMBER(threads_now(), before); /* "Needs no start." */
    return check_end("status");
}
