// SPDX-License-Identifier: MIT
#ifndef MINER_ERROR_TEXT_H
#define MINER_ERROR_TEXT_H

#include <sv2.h>

#define ERROR_TEXT_SIZE 256u // enough for every sv2_error

// Which message, field and offset an error concerns. Returns: out, or a static string.
const char *error_text(const sv2_error *error, char out[ERROR_TEXT_SIZE]);

#endif
