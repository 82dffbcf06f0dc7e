// SPDX-License-Identifier: MIT
#define _XOPEN_SOURCE 700 // for SA_ONSTACK
#include "stop_signal.h"

#include "descriptor.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

// A pipe and not a masked signal with pselect(): the system may deliver the signal to any thread of
// the process, also to one of the library's, and then no call of this thread is interrupted.
static int pipe_ends[2] = {-1, -1};

static const int signals[] = {SIGINT, SIGTERM};
#define SIGNAL_COUNT (sizeof signals / sizeof signals[0])

static void on_signal(int number) {
    const int saved = errno;
    const char byte = (char)number;
    // A full pipe is as good: the descriptor is readable already.
    if (write(pipe_ends[1], &byte, 1) < 0) {
        errno = saved;
        return;
    }
    errno = saved;
}

int stop_signal_catch(void) {
    if (pipe(pipe_ends) != 0) {
        return -1;
    }
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    // sv2.h: the library's threads have small stacks, so a handler that may run on them must have a
    // stack of its own.
    action.sa_flags = SA_ONSTACK | SA_RESTART;
    bool done = sigemptyset(&action.sa_mask) == 0 && descriptor_set_up(pipe_ends[0]) &&
                descriptor_set_up(pipe_ends[1]);
    for (size_t i = 0; done && i < SIGNAL_COUNT; i++) {
        done = sigaction(signals[i], &action, NULL) == 0;
    }
    if (!done) {
        stop_signal_release();
        return -1;
    }
    return pipe_ends[0];
}

void stop_signal_release(void) {
    for (size_t i = 0; i < SIGNAL_COUNT; i++) {
        (void)signal(signals[i], SIG_DFL);
    }
    for (size_t i = 0; i < 2; i++) {
        if (pipe_ends[i] >= 0) {
            (void)close(pipe_ends[i]);
            pipe_ends[i] = -1;
        }
    }
}
