/* Every message and every field as rows of tables, for tests that treat all of them alike.
 * header_tables.h is what header_tables.awk reads out of include/sv2.h. */
#ifndef EACH_MESSAGE_H
#define EACH_MESSAGE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "header_tables.h"
#include "sv2.h"

#define SV2_PARTY_BOTH (SV2_PARTY_CLIENT | SV2_PARTY_SERVER)

typedef enum message_group {
    GROUP_MINING = SV2_PROTOCOL_MINING,
    GROUP_JOB_DECLARATION = SV2_PROTOCOL_JOB_DECLARATION,
    GROUP_TEMPLATE_DISTRIBUTION = SV2_PROTOCOL_TEMPLATE_DISTRIBUTION,
    GROUP_COMMON,
    GROUP_EXTENSIONS_NEGOTIATION
} message_group;

typedef enum wire_type {
    WIRE_U8,
    WIRE_U16,
    WIRE_U32,
    WIRE_U64,
    WIRE_F32,
    WIRE_BOOL,
    WIRE_U256,
    WIRE_STR0_255,
    WIRE_B0_32,
    WIRE_B0_255,
    WIRE_B0_64K,
    WIRE_OPTION_U32,
    WIRE_SEQ0_255_U256,
    WIRE_SEQ0_64K_U256,
    WIRE_SEQ0_64K_U32,
    WIRE_SEQ0_64K_U16,
    WIRE_SEQ0_64K_B0_16M
} wire_type;

typedef struct message_row {
    uint32_t id;
    uint16_t extension_type;
    uint8_t msg_type;
    uint8_t channel_msg;
    uint32_t from;
    message_group group;
    size_t size;           /* of the C struct */
    size_t frame_size_max; /* without trailing bytes */
    const char *name;
    const char *spec;
    sv2_status (*encode)(const void *message, const sv2_bytes *trailing, uint8_t *out,
                         size_t out_cap, size_t *len, sv2_error *error);
    sv2_status (*decode)(const sv2_frame *frame, void *out, sv2_bytes *trailing, sv2_error *error);
} message_row;

typedef struct field_row {
    uint32_t id; /* of the message */
    uint8_t index;
    wire_type type;
    size_t offset; /* in the C struct */
    const char *name;
} field_row;

/* The typed functions, behind pointers to void. */
#define ADAPT(lower, UPPER, name, spec, from, channel, group)                                      \
    static sv2_status encode_##lower(const void *message, const sv2_bytes *trailing, uint8_t *out, \
                                     size_t out_cap, size_t *len, sv2_error *error) {              \
        return sv2_##lower##_encode((const sv2_##lower *)message, trailing, out, out_cap, len,     \
                                    error);                                                        \
    }                                                                                              \
    static sv2_status decode_##lower(const sv2_frame *frame, void *out, sv2_bytes *trailing,       \
                                     sv2_error *error) {                                           \
        return sv2_##lower##_decode(frame, (sv2_##lower *)out, trailing, error);                   \
    }
EACH_MESSAGE(ADAPT)
#undef ADAPT

static const message_row messages[] = {
#define ROW(lower, UPPER, name, spec, from, channel, group)                                        \
    {SV2_ID_##UPPER,                                                                               \
     SV2_EXTENSION_TYPE_##UPPER,                                                                   \
     SV2_MSG_TYPE_##UPPER,                                                                         \
     channel,                                                                                      \
     from,                                                                                         \
     GROUP_##group,                                                                                \
     sizeof(sv2_##lower),                                                                          \
     SV2_FRAME_SIZE_MAX_##UPPER,                                                                   \
     name,                                                                                         \
     spec,                                                                                         \
     encode_##lower,                                                                               \
     decode_##lower},
    EACH_MESSAGE(ROW)
#undef ROW
};

static const field_row fields[] = {
#define ROW(lower, UPPER, index, member, wire)                                                     \
    {SV2_ID_##UPPER, index, WIRE_##wire, offsetof(sv2_##lower, member), #member},
    EACH_FIELD(ROW)
#undef ROW
};

enum {
    MESSAGE_COUNT = sizeof messages / sizeof messages[0],
    FIELD_COUNT = sizeof fields / sizeof fields[0]
};

/* Bytes per element of what a pointer member points to; 0 for types without a pointer. */
static inline size_t unit_of(wire_type type) {
    switch (type) {
    case WIRE_STR0_255:
    case WIRE_B0_32:
    case WIRE_B0_255:
    case WIRE_B0_64K:
    case WIRE_SEQ0_64K_B0_16M:
        return 1;
    case WIRE_SEQ0_255_U256:
    case WIRE_SEQ0_64K_U256:
        return 32;
    case WIRE_SEQ0_64K_U32:
        return 4;
    case WIRE_SEQ0_64K_U16:
        return 2;
    default:
        return 0;
    }
}

/* Most elements (bytes, for byte strings) that the type can state. */
static inline size_t most_of(wire_type type) {
    switch (type) {
    case WIRE_B0_32:
        return 32;
    case WIRE_STR0_255:
    case WIRE_B0_255:
    case WIRE_SEQ0_255_U256:
        return 255;
    default:
        return 65535;
    }
}

/* Bytes of the length or count in front. */
static inline size_t prefix_of(wire_type type) {
    switch (type) {
    case WIRE_STR0_255:
    case WIRE_B0_32:
    case WIRE_B0_255:
    case WIRE_SEQ0_255_U256:
    case WIRE_OPTION_U32:
        return 1;
    case WIRE_B0_64K:
    case WIRE_SEQ0_64K_U256:
    case WIRE_SEQ0_64K_U32:
    case WIRE_SEQ0_64K_U16:
    case WIRE_SEQ0_64K_B0_16M:
        return 2;
    default:
        return 0;
    }
}

/* What fill_message puts behind pointer members: two elements of any size, and a sequence of two
 * B0_16M. */
static const uint8_t filling[64] = {1, 2, 3, 4, 5, 6, 7, 8, 9};
static const uint8_t filling_b0_16m[] = {2, 0, 0, 0xaa, 0xbb, 1, 0, 0, 0xcc};

/* Gives every field a value that is not empty: integers 0x0101..., two bytes, two elements, a
 * present option. */
static inline void fill_message(const message_row *message, void *out) {
    memset(out, 0, message->size);
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (fields[i].id != message->id) {
            continue;
        }
        uint8_t *member = (uint8_t *)out + fields[i].offset;
        const sv2_bytes two = {filling, 2};
        const sv2_seq_b0_16m transactions = {filling_b0_16m, sizeof filling_b0_16m, 2};
        const sv2_option_u32 some = {0x01010101, 1};
        switch (fields[i].type) {
        case WIRE_U8:
        case WIRE_BOOL:
            memset(member, 1, 1);
            break;
        case WIRE_U16:
            memset(member, 1, 2);
            break;
        case WIRE_U32:
        case WIRE_F32:
            memset(member, 1, 4);
            break;
        case WIRE_U64:
            memset(member, 1, 8);
            break;
        case WIRE_U256:
            memset(member, 1, 32);
            break;
        case WIRE_OPTION_U32:
            memcpy(member, &some, sizeof some);
            break;
        case WIRE_SEQ0_64K_B0_16M:
            memcpy(member, &transactions, sizeof transactions);
            break;
        default: /* a pointer and a number of bytes or elements, in every such struct */
            memcpy(member, &two, sizeof two);
            break;
        }
    }
}

/* Bytes on the wire of a field that fill_message filled. */
static inline size_t filled_size(wire_type type) {
    switch (type) {
    case WIRE_U8:
    case WIRE_BOOL:
        return 1;
    case WIRE_U16:
        return 2;
    case WIRE_U32:
    case WIRE_F32:
        return 4;
    case WIRE_U64:
        return 8;
    case WIRE_U256:
        return 32;
    case WIRE_OPTION_U32:
        return 5;
    case WIRE_SEQ0_64K_B0_16M:
        return 2 + sizeof filling_b0_16m;
    default:
        return prefix_of(type) + 2 * unit_of(type);
    }
}

#endif
