/* Statuses, versions and counts. */
#include "shim.h"

#ifndef SV2_GO_VERSION
#define SV2_GO_VERSION "unknown"
#endif

#define SV2P_TEXT_OF(x) #x
#define SV2P_TEXT(x) SV2P_TEXT_OF(x)

typedef struct status_row {
    sv2_status status;
    int32_t class_number;
    const char *name;
    const char *text;
} status_row;

static const status_row statuses[] = {{SV2_OK, SV2_CLASS_NOT_DONE, "SV2_OK", "success"},
#define SV2P_ROW(name, number, class_number, text) {name, class_number, #name, text},
                                      SV2_STATUS_MAP(SV2P_ROW)
#undef SV2P_ROW
};

static const status_row *find(sv2_status status) {
    static const status_row unknown = {0, SV2_CLASS_INTERNAL, "SV2_UNKNOWN", "unknown status"};
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        if (statuses[i].status == status) {
            return &statuses[i];
        }
    }
    return &unknown;
}

const char *sv2_status_name(sv2_status status) {
    return find(status)->name;
}

const char *sv2_status_text(sv2_status status) {
    return find(status)->text;
}

int32_t sv2_status_class(sv2_status status) {
    return find(status)->class_number;
}

uint32_t sv2_version(void) {
    return SV2_VERSION_NUM;
}

sv2_status sv2_version_info_get(sv2_version_info *out) {
    if (out == NULL) {
        return SV2_ERR_NULL;
    }
    sv2_version_info info = SV2_VERSION_INFO_INIT;
    info.number = SV2_VERSION_NUM;
    info.protocol_version = SV2_PROTOCOL_VERSION;
    info.message_count = (uint32_t)sv2p_message_count;
    info.text = SV2P_TEXT(SV2_VERSION_MAJOR) "." SV2P_TEXT(SV2_VERSION_MINOR) "." SV2P_TEXT(
        SV2_VERSION_PATCH);
    info.go = SV2_GO_VERSION;
    return sv2p_info(out, &info, sizeof info);
}

sv2_status sv2_live_handles(uint32_t kind, size_t *count) {
    if (count == NULL) {
        return SV2_ERR_NULL;
    }
    *count = 0;
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status : sv2i_live_handles(kind, count);
}

sv2_status sv2_error_text(const sv2_error *error, char *out, size_t out_cap, size_t *len) {
    sv2p_clear_size(len);
    if (error == NULL || len == NULL || sv2p_output(out, out_cap) != SV2_OK) {
        return SV2_ERR_NULL;
    }
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status : sv2i_error_text(error, (uint8_t *)out, out_cap, len);
}

#ifdef SV2_DEBUG
/* Only in the debug library that the tests link: raises a fault inside a call, and counts what the
 * Go heap has given out. */
SV2_API sv2_status sv2_debug_panic(uint64_t handle, uint32_t kind);
SV2_API uint64_t sv2_debug_panic_count(void);
SV2_API uint64_t sv2_debug_allocations(void);

sv2_status sv2_debug_panic(uint64_t handle, uint32_t kind) {
    const sv2_status status = sv2p_enter();
    return status != SV2_OK ? status : sv2i_debug_panic(handle, kind);
}

uint64_t sv2_debug_panic_count(void) {
    return sv2p_enter() != SV2_OK ? 0 : sv2i_debug_panic_count();
}

uint64_t sv2_debug_allocations(void) {
    return sv2p_enter() != SV2_OK ? 0 : sv2i_debug_allocations();
}
#endif
