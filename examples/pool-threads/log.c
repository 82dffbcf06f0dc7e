// SPDX-License-Identifier: MIT
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

enum { LINE_SIZE = 1024 };

void log_line(const char *who, const char *format, ...) {
    char line[LINE_SIZE];
    char clock[16] = "";
    const time_t now = time(NULL);
    struct tm parts;
    if (gmtime_r(&now, &parts) != NULL) {
        (void)strftime(clock, sizeof clock, "%H:%M:%S", &parts);
    }
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    // One call for the whole line, so that lines of several threads do not mix.
    (void)printf("%s %s: %s\n", clock, who, line);
    (void)fflush(stdout);
}
