// SPDX-License-Identifier: MIT
#include "report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

static void print_hexadecimal(FILE *out, const uint8_t *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) {
        (void)fprintf(out, "%02x", bytes[i]);
    }
}

static void print_json_string(FILE *out, const char *text) {
    (void)putc('"', out);
    for (; *text != '\0'; text++) {
        const unsigned char byte = (unsigned char)*text;
        if (byte == '"' || byte == '\\') {
            (void)fprintf(out, "\\%c", byte);
        } else if (byte < ' ' || byte > '~') {
            (void)fprintf(out, "\\u%04x", byte);
        } else {
            (void)putc(byte, out);
        }
    }
    (void)putc('"', out);
}

static void print_json(FILE *out, const char *event, const struct report_field *fields,
                       const char *line) {
    (void)fputs("{\"event\":", out);
    print_json_string(out, event);
    for (; fields != NULL && fields->kind != REPORT_FIELD_END; fields++) {
        (void)putc(',', out);
        print_json_string(out, fields->name);
        (void)putc(':', out);
        if (fields->kind == REPORT_FIELD_TEXT) {
            print_json_string(out, fields->text);
        } else if (fields->kind == REPORT_FIELD_NUMBER) {
            (void)fprintf(out, "%" PRIu64, fields->number);
        } else {
            (void)putc('"', out);
            print_hexadecimal(out, fields->bytes, fields->size);
            (void)putc('"', out);
        }
    }
    (void)fputs(",\"text\":", out);
    print_json_string(out, line);
    (void)fputs("}\n", out);
}

static void print_line(FILE *out, const struct report_field *fields, const char *line) {
    (void)fputs(line, out);
    for (; fields != NULL && fields->kind != REPORT_FIELD_END; fields++) {
        if (fields->kind == REPORT_FIELD_BYTES) {
            (void)putc(' ', out);
            print_hexadecimal(out, fields->bytes, fields->size);
        }
    }
    (void)putc('\n', out);
}

void report_event(const struct report *report, enum report_level level, const char *event,
                  const struct report_field *fields, const char *format, ...) {
    if (report->quiet && level == REPORT_DETAIL) {
        return;
    }
    char line[REPORT_LINE_SIZE];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);

    FILE *out = level == REPORT_PROBLEM && !report->json ? stderr : stdout;
    if (report->json) {
        print_json(out, event, fields, line);
    } else {
        print_line(out, fields, line);
    }
    // Who reads a pipe wants to see a found block when it is found.
    (void)fflush(out);
}

void report_printable(sv2_bytes text, char out[REPORT_PRINTABLE_SIZE]) {
    size_t size = 0;
    for (size_t i = 0; i < text.len && size + 4 < REPORT_PRINTABLE_SIZE; i++) {
        const uint8_t byte = text.data[i];
        if (byte >= ' ' && byte <= '~') {
            out[size++] = (char)byte;
        } else {
            size += (size_t)snprintf(out + size, REPORT_PRINTABLE_SIZE - size, "\\x%02x", byte);
        }
    }
    out[size] = '\0';
}
