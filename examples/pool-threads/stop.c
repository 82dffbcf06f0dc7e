// SPDX-License-Identifier: MIT
#define _XOPEN_SOURCE 700 // for SA_ONSTACK
#include "stop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { STOP = 's', LOOK = 'l' };

static int pipe_ends[2];

static void tell(char what) {
    const int saved = errno; // of what a signal interrupted
    if (write(pipe_ends[1], &what, 1) < 0) {
        errno = saved; // full: main has enough to read
        return;
    }
    errno = saved;
}

static void on_signal(int number) {
    (void)number;
    tell(STOP);
}

bool stop_init(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    // sv2.h: a signal may be delivered on a thread of the library, whose stacks are small.
    action.sa_flags = SA_ONSTACK | SA_RESTART;
    return pipe(pipe_ends) == 0 && fcntl(pipe_ends[0], F_SETFL, O_NONBLOCK) == 0 &&
           fcntl(pipe_ends[1], F_SETFL, O_NONBLOCK) == 0 && sigemptyset(&action.sa_mask) == 0 &&
           sigaction(SIGINT, &action, NULL) == 0 && sigaction(SIGTERM, &action, NULL) == 0;
}

void stop_request(void) {
    tell(STOP);
}

void stop_look(void) {
    tell(LOOK);
}

bool stop_wait(void) {
    char what = LOOK;
    struct pollfd readable = {pipe_ends[0], POLLIN, 0};
    (void)poll(&readable, 1, -1);
    return read(pipe_ends[0], &what, 1) == 1 && what == STOP;
}
