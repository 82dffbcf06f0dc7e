/* The values of fields, in the C struct and in JSON. */
#include "fields.h"

#include <string.h>

static uint64_t number_at(const uint8_t *member, size_t size) {
    uint8_t u8;
    uint16_t u16;
    uint32_t u32;
    uint64_t u64;
    switch (size) {
    case 1:
        memcpy(&u8, member, size);
        return u8;
    case 2:
        memcpy(&u16, member, size);
        return u16;
    case 4:
        memcpy(&u32, member, size);
        return u32;
    default:
        memcpy(&u64, member, sizeof u64);
        return u64;
    }
}

static void set_number(uint8_t *member, size_t size, uint64_t number) {
    const uint8_t u8 = (uint8_t)number;
    const uint16_t u16 = (uint16_t)number;
    const uint32_t u32 = (uint32_t)number;
    memcpy(member,
           size == 1   ? (const void *)&u8
           : size == 2 ? (const void *)&u16
           : size == 4 ? (const void *)&u32
                       : (const void *)&number,
           size);
}

/* Bytes of an integer member. */
static size_t number_size(wire_type type) {
    switch (type) {
    case WIRE_U16:
        return 2;
    case WIRE_U32:
        return 4;
    case WIRE_U64:
        return 8;
    default:
        return 1;
    }
}

void put_string(output *out, const uint8_t *data, size_t size) {
    put_text(out, "\"");
    put_hex(out, data, size);
    put_text(out, "\"");
}

/* A sequence of integers of unit bytes, little-endian, or of U256. */
static void put_elements(output *out, const uint8_t *data, size_t count, size_t unit) {
    put_text(out, "[");
    for (size_t i = 0; i < count; i++) {
        uint64_t number = 0;
        put_text(out, i > 0 ? "," : "");
        if (unit == sizeof(sv2_u256)) {
            put_string(out, data + unit * i, unit);
            continue;
        }
        for (size_t k = unit; k-- > 0;) {
            number = number << 8 | data[unit * i + k];
        }
        put_number(out, number);
    }
    put_text(out, "]");
}

static sv2_status put_transactions(output *out, sv2_seq_b0_16m sequence) {
    put_text(out, "[");
    for (size_t position = 0; position < sequence.len;) {
        sv2_bytes item;
        put_text(out, position > 0 ? "," : "");
        const sv2_status status = sv2_seq_b0_16m_at(sequence, position, &item, &position);
        if (status != SV2_OK) {
            return status;
        }
        put_string(out, item.data, item.len);
    }
    put_text(out, "]");
    return SV2_OK;
}

sv2_status put_field(output *out, wire_type type, const uint8_t *member) {
    sv2_option_u32 option;
    sv2_seq_b0_16m transactions;
    sv2_bytes bytes; /* every other member with a pointer: a pointer, and a number of elements */
    uint8_t f32[4];
    switch (type) {
    case WIRE_U8:
    case WIRE_U16:
    case WIRE_U32:
    case WIRE_U64:
        put_number(out, number_at(member, number_size(type)));
        return SV2_OK;
    case WIRE_BOOL:
        put_text(out, *member == 1 ? "true" : "false");
        return SV2_OK;
    case WIRE_F32:
        for (size_t i = 0; i < sizeof f32; i++) {
            f32[i] = (uint8_t)(number_at(member, sizeof f32) >> 8 * i);
        }
        put_string(out, f32, sizeof f32);
        return SV2_OK;
    case WIRE_U256:
        put_string(out, member, sizeof(sv2_u256));
        return SV2_OK;
    case WIRE_OPTION_U32:
        memcpy(&option, member, sizeof option);
        if (option.present == 1) {
            put_number(out, option.value);
        } else {
            put_text(out, "null");
        }
        return SV2_OK;
    case WIRE_SEQ0_64K_B0_16M:
        memcpy(&transactions, member, sizeof transactions);
        return put_transactions(out, transactions);
    default:
        memcpy(&bytes, member, sizeof bytes);
        if (unit_of(type) == 1) {
            put_string(out, bytes.data, bytes.len);
        } else {
            put_elements(out, bytes.data, bytes.len, unit_of(type));
        }
        return SV2_OK;
    }
}

static sv2_status get_elements(json value, size_t unit, arena *memory, sv2_bytes *out) {
    out->data = memory->at;
    out->len = 0;
    for (json item = json_after(value, (json){NULL, NULL}); item.at != NULL;
         item = json_after(value, item)) {
        if ((size_t)(memory->end - memory->at) < unit) {
            return SV2_ERR_LIMIT;
        }
        if (unit == sizeof(sv2_u256)) {
            if (json_hex(item, memory->at, unit) != unit) {
                return SV2_ERR_ARGUMENT;
            }
        } else {
            for (size_t k = 0; k < unit; k++) {
                memory->at[k] = (uint8_t)(json_number(item) >> 8 * k);
            }
        }
        memory->at += unit;
        out->len++;
    }
    return SV2_OK;
}

static sv2_status get_transactions(json value, arena *memory, sv2_seq_b0_16m *out) {
    enum { PREFIX = 3 };
    out->data = memory->at;
    out->count = 0;
    for (json item = json_after(value, (json){NULL, NULL}); item.at != NULL;
         item = json_after(value, item)) {
        if (memory->end - memory->at < PREFIX) {
            return SV2_ERR_LIMIT;
        }
        const size_t room = (size_t)(memory->end - memory->at) - PREFIX;
        const size_t size = json_hex(item, memory->at + PREFIX, room);
        if (size == SIZE_MAX) {
            return SV2_ERR_ARGUMENT;
        }
        for (size_t k = 0; k < PREFIX; k++) {
            memory->at[k] = (uint8_t)(size >> 8 * k);
        }
        memory->at += PREFIX + size;
        out->count++;
    }
    out->len = (size_t)(memory->at - out->data);
    return SV2_OK;
}

sv2_status get_field(json value, wire_type type, arena *memory, uint8_t *member) {
    sv2_option_u32 option = {0, 0};
    sv2_seq_b0_16m transactions;
    sv2_bytes bytes;
    uint8_t f32[4];
    sv2_status status = SV2_OK;
    if (value.at == NULL) {
        return SV2_ERR_ARGUMENT;
    }
    switch (type) {
    case WIRE_U8:
    case WIRE_U16:
    case WIRE_U32:
    case WIRE_U64:
        set_number(member, number_size(type), json_number(value));
        return SV2_OK;
    case WIRE_BOOL:
        *member = *value.at == 't';
        return SV2_OK;
    case WIRE_F32:
        if (json_hex(value, f32, sizeof f32) != sizeof f32) {
            return SV2_ERR_ARGUMENT;
        }
        set_number(member, sizeof f32,
                   (uint32_t)f32[0] | (uint32_t)f32[1] << 8 | (uint32_t)f32[2] << 16 |
                       (uint32_t)f32[3] << 24);
        return SV2_OK;
    case WIRE_U256:
        return json_hex(value, member, sizeof(sv2_u256)) == sizeof(sv2_u256) ? SV2_OK
                                                                             : SV2_ERR_ARGUMENT;
    case WIRE_OPTION_U32:
        if (*value.at != 'n') {
            option.value = (uint32_t)json_number(value);
            option.present = 1;
        }
        memcpy(member, &option, sizeof option);
        return SV2_OK;
    case WIRE_SEQ0_64K_B0_16M:
        status = get_transactions(value, memory, &transactions);
        memcpy(member, &transactions, sizeof transactions);
        return status;
    default:
        break;
    }
    if (unit_of(type) == 1) {
        bytes.data = memory->at;
        bytes.len = json_hex(value, memory->at, (size_t)(memory->end - memory->at));
        if (bytes.len == SIZE_MAX) {
            return SV2_ERR_ARGUMENT;
        }
        memory->at += bytes.len;
    } else {
        status = get_elements(value, unit_of(type), memory, &bytes);
    }
    memcpy(member, &bytes, sizeof bytes);
    return status;
}
