/* Deliberately wrong: tells the library a larger length than the block has. A sanitizer that
 * watches the library must report the read; scripts/check_sanitizers.sh fails when it does not. */
#include <stdlib.h>

#include "sv2.h"

int main(void) {
    uint8_t *payload = calloc(1, 64);
    static uint8_t out[128];
    size_t len = 0;
    sv2_submit_solution message = {0, 0, 0, 0, {payload, 72}};
    if (payload == NULL ||
        sv2_submit_solution_encode(&message, NULL, out, sizeof out, &len, NULL) != SV2_OK) {
        return 3;
    }
    free(payload);
    return out[127];
}
