// SPDX-License-Identifier: MIT
#include "wake_pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/select.h>
#include <unistd.h>

bool wake_pipe_open(struct wake_pipe *wake) {
    if (pipe(wake->ends) != 0) {
        wake->ends[0] = wake->ends[1] = -1;
        return false;
    }
    for (int i = 0; i < 2; i++) {
        (void)fcntl(wake->ends[i], F_SETFL, O_NONBLOCK);
        (void)fcntl(wake->ends[i], F_SETFD, FD_CLOEXEC);
    }
    return wake->ends[0] < FD_SETSIZE; // select() cannot look at a larger one
}

void wake_pipe_close(struct wake_pipe *wake) {
    for (int i = 0; i < 2; i++) {
        if (wake->ends[i] >= 0) {
            (void)close(wake->ends[i]);
        }
        wake->ends[i] = -1;
    }
}

void wake_pipe_wake(const struct wake_pipe *wake) {
    const int saved = errno; // of what a signal interrupted
    if (write(wake->ends[1], "", 1) < 0) {
        errno = saved; // a full pipe is as good: it is readable already
        return;
    }
    errno = saved;
}

void wake_pipe_clear(const struct wake_pipe *wake) {
    char bytes[64];
    while (read(wake->ends[0], bytes, sizeof bytes) > 0) {
    }
}
