/* Fields of messages as JSON in the form of test/interop/value.go. */
#ifndef INTEROP_FIELDS_H
#define INTEROP_FIELDS_H

#include "each_message.h"
#include "json_reader.h"
#include "peer.h"

/* Bytes in hexadecimal, as a string. */
void put_string(output *out, const uint8_t *data, size_t size);
/* The value of a member of a message's struct. */
sv2_status put_field(output *out, wire_type type, const uint8_t *member);

/* Memory for what the members of a message point to. */
typedef struct arena {
    uint8_t *at, *end;
} arena;

/* Sets a member of a message's struct to a value. */
sv2_status get_field(json value, wire_type type, arena *memory, uint8_t *member);

#endif
