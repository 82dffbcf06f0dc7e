/* Deliberately wrong: tells the library a larger capacity than the block has, which the frame of 72
 * bytes does not fit into. A sanitizer that watches the library must report the write;
 * scripts/check_sanitizers.sh fails when it does not. */
#include <stdlib.h>

#include "sv2.h"

int main(void) {
    static const uint8_t payload[44];
    uint8_t *out = malloc(64);
    size_t len = 0;
    sv2_submit_solution message = {0, 0, 0, 0, {payload, sizeof payload}};
    if (out == NULL || sv2_submit_solution_encode(&message, NULL, out, 100, &len, NULL) != SV2_OK) {
        return 3;
    }
    free(out);
    return 0;
}
