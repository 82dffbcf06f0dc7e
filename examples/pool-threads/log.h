// SPDX-License-Identifier: MIT
// Lines on standard output: time of day, who, what. Any thread may use it.
#ifndef POOL_THREADS_LOG_H
#define POOL_THREADS_LOG_H

#if defined(__GNUC__)
#define LOG_FORMAT __attribute__((format(printf, 2, 3)))
#else
#define LOG_FORMAT
#endif

void log_line(const char *who, const char *format, ...) LOG_FORMAT;

#endif
