// SPDX-License-Identifier: MIT
#include "monotonic_clock.h"

#include <time.h>

uint64_t monotonic_ms(void) {
    struct timespec now = {0, 0};
    (void)clock_gettime(CLOCK_MONOTONIC, &now); // cannot fail with this clock
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}
