/* What the files of the shim share: the checks that every public function makes before Go sees its
 * arguments. */
#ifndef SV2_SHIM_H
#define SV2_SHIM_H

#include <string.h>

#include "../exports.h"

/* Starts the runtime if it has not started. SV2_OK, SV2_ERR_FORKED, or SV2_ERR_NO_MEMORY. */
sv2_status sv2p_enter(void);

/* A pointer may be NULL only with length 0; a length may not pass SV2_INPUT_SIZE_MAX. */
static inline sv2_status sv2p_input(const void *data, size_t len) {
    if (data == NULL && len != 0) {
        return SV2_ERR_NULL;
    }
    return len > SV2_INPUT_SIZE_MAX ? SV2_ERR_LIMIT : SV2_OK;
}

static inline sv2_status sv2p_output(const void *data, size_t cap) {
    return data == NULL && cap != 0 ? SV2_ERR_NULL : SV2_OK;
}

/* Largest struct_size that is not taken for an uninitialised one. */
enum { SV2P_STRUCT_SIZE_MAX = 1024 };

/* Copies a config struct into the one that this library knows: members that an older program does
 * not have keep their defaults, members that a newer program has must be zero. Every such struct
 * starts with its struct_size. */
static inline sv2_status sv2p_config(void *known, size_t known_size, const void *config) {
    uint32_t size;
    memcpy(&size, config, sizeof size);
    if (size < sizeof size || size > SV2P_STRUCT_SIZE_MAX) {
        return SV2_ERR_ARGUMENT;
    }
    for (size_t i = known_size; i < size; i++) {
        if (((const uint8_t *)config)[i] != 0) {
            return SV2_ERR_ARGUMENT;
        }
    }
    memcpy(known, config, size < known_size ? size : known_size);
    return SV2_OK;
}

/* Copies an info struct out: an older program gets the members that it has room for. */
static inline sv2_status sv2p_info(void *out, const void *known, size_t known_size) {
    uint32_t size;
    memcpy(&size, out, sizeof size);
    if (size < sizeof size || size > SV2P_STRUCT_SIZE_MAX) {
        return SV2_ERR_ARGUMENT;
    }
    memset(out, 0, size);
    memcpy(out, known, size < known_size ? size : known_size);
    memcpy(out, &size, sizeof size);
    return SV2_OK;
}

/* A frame that a caller passes in, and enters the library. */
sv2_status sv2p_frame(const sv2_frame *frame);

static inline void sv2p_clear_error(sv2_error *error) {
    if (error != NULL) {
        memset(error, 0, sizeof *error);
        error->field = SV2_FIELD_NONE;
    }
}

static inline void sv2p_clear_size(size_t *size) {
    if (size != NULL) {
        *size = 0;
    }
}

/* Reports a failure that was found before Go was called. */
static inline sv2_status sv2p_fail(sv2_status status, sv2_error *error) {
    sv2p_clear_error(error);
    if (error != NULL) {
        error->status = status;
    }
    return status;
}

/* Frees what a handle stands for and zeroes the caller's copy of it. */
static inline sv2_status sv2p_free(uint64_t *handle, sv2_status (*release)(uint64_t)) {
    if (handle == NULL || *handle == 0) {
        return SV2_OK;
    }
    sv2_status status = sv2p_enter();
    if (status == SV2_OK) {
        status = release(*handle);
    }
    if (status == SV2_OK) {
        *handle = 0;
    }
    return status;
}

/* The two functions that all typed message functions are calls of. size is that of the message's
 * struct. */
sv2_status sv2p_message_encode(uint32_t id, const void *message, const sv2_bytes *trailing,
                               uint8_t *out, size_t out_cap, size_t *len, sv2_error *error);
sv2_status sv2p_message_decode(uint32_t id, const sv2_frame *frame, void *out, size_t size,
                               sv2_bytes *trailing, sv2_error *error);

sv2_status sv2p_message_send(sv2_session session, uint32_t id, const void *message,
                             const sv2_bytes *trailing, sv2_error *error);

/* Tables that the generator writes. */
typedef struct sv2p_message {
    uint16_t extension_type;
    uint8_t msg_type;
    uint8_t channel_msg;
    uint32_t from;
    const char *name;
    const char *spec;
    const char *const *fields;
    uint32_t field_count;
} sv2p_message;

extern const sv2p_message sv2p_messages[];
extern const size_t sv2p_message_count;

extern const char *const sv2p_event_kind_names[];
extern const uint32_t sv2p_event_kind_count;
extern const char *const sv2p_phase_names[];
extern const uint32_t sv2p_phase_count;

const sv2p_message *sv2p_message_find(uint16_t extension_type, uint8_t msg_type);

#endif
