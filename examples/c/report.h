// SPDX-License-Identifier: MIT
// What the miner tells: lines for people, or one JSON object per event.
#ifndef MINER_REPORT_H
#define MINER_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sv2.h>

#if defined(__GNUC__)
#define REPORT_FORMAT __attribute__((format(printf, 5, 6)))
#else
#define REPORT_FORMAT
#endif

enum report_level {
    REPORT_DETAIL,  // left out with --quiet
    REPORT_RESULT,  // what the miner is there for
    REPORT_PROBLEM, // to standard error, unless it is JSON
};

struct report {
    bool json;
    bool quiet;
};

enum report_field_kind {
    REPORT_FIELD_END,
    REPORT_FIELD_TEXT,
    REPORT_FIELD_NUMBER,
    REPORT_FIELD_BYTES
};

// A named value of an event. Lines for people show only those of bytes: the text has the others.
struct report_field {
    enum report_field_kind kind;
    const char *name;
    const char *text;
    uint64_t number;
    const uint8_t *bytes;
    size_t size;
};

#define REPORT_TEXT(name, value)                                                                   \
    { REPORT_FIELD_TEXT, name, value, 0, NULL, 0 }
#define REPORT_NUMBER(name, value)                                                                 \
    { REPORT_FIELD_NUMBER, name, NULL, value, NULL, 0 }
#define REPORT_BYTES(name, data, size)                                                             \
    { REPORT_FIELD_BYTES, name, NULL, 0, data, size }
#define REPORT_END                                                                                 \
    { REPORT_FIELD_END, NULL, NULL, 0, NULL, 0 }

#define REPORT_LINE_SIZE 1536u

// fields ends with REPORT_END; NULL for none. Text beyond REPORT_LINE_SIZE is cut, fields never
// are.
void report_event(const struct report *report, enum report_level level, const char *event,
                  const struct report_field *fields, const char *format, ...) REPORT_FORMAT;

// Space for any STR0_255.
#define REPORT_PRINTABLE_SIZE (255u * 4u + 1u)

// Text of the other side, safe for a terminal: what is not printable ASCII becomes \xNN (section
// 3.5 forbids control characters in error codes, which does not keep them out).
void report_printable(sv2_bytes text, char out[REPORT_PRINTABLE_SIZE]);

#endif
