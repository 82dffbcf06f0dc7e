// SPDX-License-Identifier: MIT
#ifndef MINER_HEXADECIMAL_H
#define MINER_HEXADECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HASH_TEXT_SIZE 65u

// A hash as people read it: most significant byte first, against its order on the wire.
void hash_to_text(const uint8_t hash[32], char out[HASH_TEXT_SIZE]);

// False if text is no hexadecimal number of whole bytes, or longer than capacity.
bool bytes_from_hexadecimal(const char *text, uint8_t *out, size_t capacity, size_t *size);

#endif
