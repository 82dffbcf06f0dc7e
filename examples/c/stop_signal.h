// SPDX-License-Identifier: MIT
// SIGINT and SIGTERM as a file descriptor that poll() waits for.
#ifndef MINER_STOP_SIGNAL_H
#define MINER_STOP_SIGNAL_H

#include <stdbool.h>

// Returns: a descriptor that becomes readable when the program shall end, and stays so; -1 if the
// system refuses.
int stop_signal_catch(void);

// The signals have their default effect again.
void stop_signal_release(void);

#endif
