// SPDX-License-Identifier: MIT
#include "wall_clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

uint64_t wall_clock_seconds(void) {
    const time_t now = time(NULL);
    return now < 0 ? 0 : (uint64_t)now;
}

void utc_to_text(uint64_t seconds, char out[UTC_TEXT_SIZE]) {
    const time_t time = (time_t)seconds;
    struct tm parts;
    // A time_t of 32 bits ends in 2038, certificates in 2106.
    if (time < 0 || (uint64_t)time != seconds || gmtime_r(&time, &parts) == NULL ||
        strftime(out, UTC_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0) {
        (void)snprintf(out, UTC_TEXT_SIZE, "%" PRIu64 " s since 1970", seconds);
    }
}
