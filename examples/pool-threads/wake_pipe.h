// SPDX-License-Identifier: MIT
// Makes select() return, from another thread or from a signal handler.
#ifndef POOL_THREADS_WAKE_PIPE_H
#define POOL_THREADS_WAKE_PIPE_H

#include <stdbool.h>

struct wake_pipe {
    int ends[2]; // ends[0] is readable after wake_pipe_wake
};

#define WAKE_PIPE_INIT                                                                             \
    {                                                                                              \
        { -1, -1 }                                                                                 \
    }

bool wake_pipe_open(struct wake_pipe *pipe);
void wake_pipe_close(struct wake_pipe *pipe);
// Does not block. Calls before wake_pipe_clear count as one.
void wake_pipe_wake(const struct wake_pipe *pipe);
void wake_pipe_clear(const struct wake_pipe *pipe);

#endif
