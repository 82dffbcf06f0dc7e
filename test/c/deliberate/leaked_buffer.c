/* Deliberately wrong: never frees a block of its own nor a buffer. The leak checker must report the
 * block; scripts/check_sanitizers.sh fails when it does not. */
#include <stdlib.h>
#include <string.h>

#include "sv2.h"

static void leak(void) {
    volatile char *block = malloc(12345);
    if (block != NULL) {
        block[0] = 1;
    }
    block = NULL;
}

int main(void) {
    sv2_buf buf;
    char below[4096];
    leak();
    memset(below, 0, sizeof below); /* the pointer is no longer on the stack */
    if (sv2_buf_new(1000, &buf) != SV2_OK || sv2_buf_append_u32(buf, 7) != SV2_OK) {
        return 3;
    }
    size_t live = 0;
    return sv2_live_handles(0, &live) == SV2_OK && live == 1 ? 0 : 3;
}
