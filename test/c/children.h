/* Child processes of tests about processes: each runs a function from a state in which the library
 * has not started. */
#ifndef CHILDREN_H
#define CHILDREN_H

#include <dirent.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

/* Forks, runs body and exits with 0 if its checks were good. Returns the wait status. */
static inline int run_in_child(void (*body)(void)) {
    fflush(stdout);
    fflush(stderr);
    const pid_t child = fork();
    if (child == 0) {
        check_failed = 0;
        body();
        fflush(stderr);
        _exit(check_failed == 0 ? 0 : 1);
    }
    int status = -1;
    while (child > 0 && waitpid(child, &status, 0) < 0) {
    }
    return status;
}

static inline int exited_with(int status, int code) {
    return WIFEXITED(status) && WEXITSTATUS(status) == code;
}

static inline int died_of(int status, int signal_number) {
    return WIFSIGNALED(status) && WTERMSIG(status) == signal_number;
}

/* Number of threads of this process. */
static inline int threads_now(void) {
    int n = 0;
    DIR *tasks = opendir("/proc/self/task");
    while (tasks != NULL && readdir(tasks) != NULL) {
        n++;
    }
    if (tasks != NULL) {
        closedir(tasks);
    }
    return n - 2; /* "." and ".." */
}

#endif
