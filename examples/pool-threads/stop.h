// SPDX-License-Identifier: MIT
// What main waits for: SIGINT and SIGTERM, and what other threads want it to know.
#ifndef POOL_THREADS_STOP_H
#define POOL_THREADS_STOP_H

#include <stdbool.h>

// Before other threads are made.
bool stop_init(void);
// Ends the program. From any thread, also from a signal handler.
void stop_request(void);
// Lets main look whether there is a reason to go on. From any thread.
void stop_look(void);
// Blocks until one of these was called. Returns: true after stop_request, false after stop_look.
bool stop_wait(void);

#endif
