// SPDX-License-Identifier: MIT
#include "error_text.h"

const char *error_text(const sv2_error *error, char out[ERROR_TEXT_SIZE]) {
    size_t length = 0;
    return sv2_error_text(error, out, ERROR_TEXT_SIZE, &length) == SV2_OK
               ? out
               : sv2_status_text(error->status);
}
