// SPDX-License-Identifier: MIT
#include "hexadecimal.h"

#include <string.h>

static const char digits[] = "0123456789abcdef";

void hash_to_text(const uint8_t hash[32], char out[HASH_TEXT_SIZE]) {
    for (size_t i = 0; i < 32; i++) {
        const uint8_t byte = hash[31 - i];
        out[2 * i] = digits[byte >> 4];
        out[2 * i + 1] = digits[byte & 0x0f];
    }
    out[HASH_TEXT_SIZE - 1] = '\0';
}

static bool digit_value(char digit, uint8_t *value) {
    const bool upper = digit >= 'A' && digit <= 'F';
    const char lower = upper ? (char)(digit - 'A' + 'a') : digit;
    const char *found = lower == '\0' ? NULL : strchr(digits, lower);
    if (found == NULL) {
        return false;
    }
    *value = (uint8_t)(found - digits);
    return true;
}

bool bytes_from_hexadecimal(const char *text, uint8_t *out, size_t capacity, size_t *size) {
    const size_t length = strlen(text);
    if (length % 2 != 0 || length / 2 > capacity) {
        return false;
    }
    for (size_t i = 0; i < length / 2; i++) {
        uint8_t high = 0;
        uint8_t low = 0;
        if (!digit_value(text[2 * i], &high) || !digit_value(text[2 * i + 1], &low)) {
            return false;
        }
        out[i] = (uint8_t)(high << 4 | low);
    }
    *size = length / 2;
    return true;
}
