/* Signal handlers: what the start changes, and that the program's own handling goes on. Each case
 * runs in a child of its own, forked before the start. */
#define CHECK_START_IS_TESTED
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>

#include "check.h"
#include "children.h"

/* The five of the header. */
static int is_listed(int number) {
    return number == SIGBUS || number == SIGFPE || number == SIGSEGV || number == SIGPIPE ||
           number == SIGURG;
}

static void start(void) {
    CHECK_STATUS(sv2_start(NULL), SV2_OK);
}

static struct sigaction action_of(int number) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    (void)sigaction(number, NULL, &action);
    return action;
}

/* The C library fills less of a set than the type has. */
static int same_set(const sigset_t *a, const sigset_t *b) {
    for (int i = 1; i < NSIG; i++) {
        if (sigismember(a, i) != sigismember(b, i)) {
            return 0;
        }
    }
    return 1;
}

/* "handlers (SA_ONSTACK) for SIGBUS, SIGFPE, SIGSEGV, SIGPIPE and SIGURG", and no others. */
static void exactly_five_change(void) {
    struct sigaction before[NSIG];
    for (int i = 1; i < NSIG; i++) {
        before[i] = action_of(i);
    }
    CHECK_NUMBER(sv2_version(), SV2_VERSION_NUM); /* loaded and called, but not started */
    for (int i = 1; i < NSIG; i++) {
        CHECK(action_of(i).sa_handler == before[i].sa_handler);
    }
    start();
    for (int i = 1; i < NSIG; i++) {
        const struct sigaction after = action_of(i);
        const int changed = after.sa_handler != before[i].sa_handler ||
                            after.sa_flags != before[i].sa_flags ||
                            !same_set(&after.sa_mask, &before[i].sa_mask);
        if (changed != is_listed(i)) {
            fprintf(stderr, "signal %d\n", i);
        }
        CHECK(changed == is_listed(i));
        if (is_listed(i)) {
            CHECK((after.sa_flags & SA_ONSTACK) != 0);
        }
    }
}

static volatile sig_atomic_t seen;
static void note(int number) {
    seen = number;
}
static void leave(int number) {
    _exit(100 + number);
}

static void install(int number, void (*handler)(int), int flags) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = handler;
    action.sa_flags = flags;
    CHECK(sigaction(number, &action, NULL) == 0);
}

/* Handlers that the program had before stay its own and run. */
static void earlier_handlers_stay(void) {
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD, SIGALRM};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        install(numbers[i], note, SA_RESTART);
    }
    start();
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        const struct sigaction after = action_of(numbers[i]);
        CHECK(after.sa_handler == note);
        CHECK((after.sa_flags & SA_RESTART) != 0);
        seen = 0;
        CHECK(kill(getpid(), numbers[i]) == 0);
        for (int spin = 0; spin < 1000 && seen == 0; spin++) {
            usleep(1000);
        }
        CHECK_NUMBER(seen, numbers[i]);
    }
}

static void default_term_still_ends(void) {
    start();
    (void)kill(getpid(), SIGTERM);
    usleep(2000000);
}

static void write_to_nobody(void) {
    int ends[2];
    if (pipe(ends) == 0) {
        close(ends[0]);
        CHECK(write(ends[1], "x", 1) == -1);
        CHECK(errno == EPIPE);
    }
}

static void default_pipe(void) {
    start();
    write_to_nobody();
}

static void *write_in_thread(void *unused) {
    size_t live;
    CHECK_STATUS(sv2_live_handles(0, &live), SV2_OK);
    write_to_nobody();
    return unused;
}

static void default_pipe_in_thread(void) {
    pthread_t thread;
    start();
    CHECK(pthread_create(&thread, NULL, write_in_thread, NULL) == 0);
    (void)pthread_join(thread, NULL);
}

static void ignored_pipe(void) {
    (void)signal(SIGPIPE, SIG_IGN);
    start();
    write_to_nobody();
}

static void ignored_pipe_later(void) {
    start();
    (void)signal(SIGPIPE, SIG_IGN);
    write_to_nobody();
}

static void handled_pipe(void) {
    install(SIGPIPE, note, 0);
    start();
    seen = 0;
    write_to_nobody();
    CHECK_NUMBER(seen, SIGPIPE);
}

/* A fault in C code, not in the library. */
static void fault(void) {
    char *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page != MAP_FAILED) {
        *(volatile char *)page = 1;
    }
}

static void fault_reaches_earlier_handler(void) {
    install(SIGSEGV, leave, SA_ONSTACK);
    start();
    fault();
}

static void fault_reaches_later_handler(void) {
    start();
    install(SIGSEGV, leave, SA_ONSTACK);
    fault();
}

static void *fault_in_thread(void *unused) {
    size_t live;
    CHECK_STATUS(sv2_live_handles(0, &live), SV2_OK);
    fault();
    return unused;
}

static void thread_fault_reaches_handler(void) {
    pthread_t thread;
    install(SIGSEGV, leave, SA_ONSTACK);
    start();
    CHECK(pthread_create(&thread, NULL, fault_in_thread, NULL) == 0);
    (void)pthread_join(thread, NULL);
}

static void raised_fpe_reaches_handler(void) {
    install(SIGFPE, leave, SA_ONSTACK);
    start();
    (void)raise(SIGFPE);
}

static void raised_bus_reaches_handler(void) {
    install(SIGBUS, leave, SA_ONSTACK);
    start();
    (void)raise(SIGBUS);
}

static void fault_without_handler(void) {
    start();
    fault();
}

/* A thread that blocks signals, to take them from sigwait or signalfd, finds them blocked after a
 * call. */
static void mask_stays(void) {
    static const int blocked[] = {SIGUSR1, SIGTERM, SIGCHLD};
    sigset_t before, after;
    sigemptyset(&before);
    for (size_t i = 0; i < sizeof blocked / sizeof blocked[0]; i++) {
        sigaddset(&before, blocked[i]);
    }
    CHECK(pthread_sigmask(SIG_SETMASK, &before, NULL) == 0);
    start();
    size_t live;
    CHECK_STATUS(sv2_live_handles(0, &live), SV2_OK);
    CHECK(pthread_sigmask(SIG_SETMASK, NULL, &after) == 0);
    for (size_t i = 0; i < sizeof blocked / sizeof blocked[0]; i++) {
        if (!sigismember(&after, blocked[i])) {
            fprintf(stderr, "signal %d is no longer blocked\n", blocked[i]);
        }
        CHECK(sigismember(&after, blocked[i]));
    }
}

int main(void) {
    CHECK(exited_with(run_in_child(exactly_five_change), 0));
    CHECK(exited_with(run_in_child(earlier_handlers_stay), 0));
    CHECK(died_of(run_in_child(default_term_still_ends), SIGTERM));
    CHECK(died_of(run_in_child(default_pipe), SIGPIPE));
    CHECK(died_of(run_in_child(default_pipe_in_thread), SIGPIPE));
    CHECK(exited_with(run_in_child(ignored_pipe), 0));
    CHECK(exited_with(run_in_child(ignored_pipe_later), 0));
    CHECK(exited_with(run_in_child(handled_pipe), 0));
    CHECK(exited_with(run_in_child(fault_reaches_earlier_handler), 100 + SIGSEGV));
    CHECK(exited_with(run_in_child(fault_reaches_later_handler), 100 + SIGSEGV));
    CHECK(exited_with(run_in_child(thread_fault_reaches_handler), 100 + SIGSEGV));
    CHECK(exited_with(run_in_child(raised_fpe_reaches_handler), 100 + SIGFPE));
    CHECK(exited_with(run_in_child(raised_bus_reaches_handler), 100 + SIGBUS));
    CHECK(died_of(run_in_child(fault_without_handler), SIGSEGV));
    CHECK(exited_with(run_in_child(mask_stays), 0));
    return check_end("signals");
}
