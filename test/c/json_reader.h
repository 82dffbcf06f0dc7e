/* Reads the test vectors: JSON in which strings have no escapes. A value is a piece of the text. */
#ifndef JSON_READER_H
#define JSON_READER_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct json {
    const char *at, *end; /* at is NULL for no value */
} json;

static inline const char *json_space(const char *p, const char *end) {
    while (p < end && strchr(" \t\r\n,:", *p) != NULL && *p != '\0') {
        p++;
    }
    return p;
}

/* Past the value that starts at p. */
static inline const char *json_past(const char *p, const char *end) {
    int depth = 0;
    const char *before;
    do {
        before = p;
        if (p < end && *p == '"') {
            for (p++; p < end && *p != '"'; p++) {
            }
            p += p < end;
        } else if (p < end && (*p == '{' || *p == '[')) {
            depth++;
            p++;
        } else if (p < end && (*p == '}' || *p == ']')) {
            depth--;
            p++;
        } else {
            while (p < end && strchr(" \t\r\n,:{}[]\"", *p) == NULL) {
                p++;
            }
        }
        if (depth > 0) {
            p = json_space(p, end);
        }
    } while (depth > 0 && p < end && p > before);
    return p;
}

static inline int json_is(json string, const char *text) {
    const size_t n = strlen(text);
    return string.at != NULL && (size_t)(string.end - string.at) == n + 2 &&
           memcmp(string.at + 1, text, n) == 0;
}

/* The value of a member, or one whose at is NULL. */
static inline json json_member(json object, const char *name) {
    json none = {NULL, NULL};
    if (object.at == NULL || object.at >= object.end || *object.at != '{') {
        return none;
    }
    const char *p = json_space(object.at + 1, object.end);
    while (p < object.end && *p == '"') {
        const json key = {p, json_past(p, object.end)};
        json value = {json_space(key.end, object.end), NULL};
        value.end = json_past(value.at, object.end);
        if (json_is(key, name)) {
            return value;
        }
        p = json_space(value.end, object.end);
    }
    return none;
}

/* The elements of an array one after the other: previous is {NULL, NULL} at first. */
static inline json json_after(json array, json previous) {
    json next = {NULL, NULL};
    if (array.at == NULL || array.at >= array.end || *array.at != '[') {
        return next;
    }
    const char *p = json_space(previous.at == NULL ? array.at + 1 : previous.end, array.end);
    if (p < array.end && *p != ']') {
        next.at = p;
        next.end = json_past(p, array.end);
    }
    return next;
}

static inline uint64_t json_number(json value) {
    return value.at == NULL ? 0 : strtoull(value.at, NULL, 10);
}

/* The bytes of a string of hexadecimal digits; their number, or SIZE_MAX if they are none, or more
 * than cap. */
static inline size_t json_hex(json value, uint8_t *out, size_t cap) {
    static const char digits[] = "0123456789abcdef";
    if (value.at == NULL || *value.at != '"' || (value.end - value.at) % 2 != 0) {
        return SIZE_MAX;
    }
    const size_t n = (size_t)(value.end - value.at - 2) / 2;
    if (n > cap) {
        return SIZE_MAX;
    }
    for (size_t i = 0; i < 2 * n; i++) {
        const char c = value.at[1 + i];
        const char *digit = c == '\0' ? NULL : strchr(digits, c);
        if (digit == NULL) {
            return SIZE_MAX;
        }
        out[i / 2] = (uint8_t)(out[i / 2] << 4 | (digit - digits));
    }
    return n;
}

/* The whole file, or one whose at is NULL. The memory is the caller's to free. */
static inline json json_file(const char *path) {
    json value = {NULL, NULL};
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return value;
    }
    char *text = NULL;
    size_t size = 0, got;
    do {
        char *grown = realloc(text, size + 65536 + 1);
        if (grown == NULL) {
            break;
        }
        text = grown;
        got = fread(text + size, 1, 65536, file);
        size += got;
    } while (got > 0);
    fclose(file);
    if (text != NULL) {
        text[size] = '\0';
        value.at = text;
        value.end = text + size;
    }
    return value;
}

#endif
