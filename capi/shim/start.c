/* Starting the Go runtime, and refusing to run in a forked child.
 *
 * An archive built by Go starts its runtime from .init_array, with the argc and argv that only
 * glibc passes there. The build removes that entry (scripts/build_library.sh) and this file calls
 * the same function itself, at the first call, with arguments of its own: so it works with every C
 * library, a program can daemonise before, and the environment of the program (GODEBUG, GOGC,
 * GOMAXPROCS) does not reach the runtime. */
#define _POSIX_C_SOURCE 200809L
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>

#include "shim.h"

#if defined(__x86_64__)
#define SV2P_RUNTIME_START _rt0_amd64_linux_lib
#elif defined(__i386__)
#define SV2P_RUNTIME_START _rt0_386_linux_lib
#elif defined(__aarch64__)
#define SV2P_RUNTIME_START _rt0_arm64_linux_lib
#elif defined(__arm__)
#define SV2P_RUNTIME_START _rt0_arm_linux_lib
#elif defined(__riscv) && __riscv_xlen == 64
#define SV2P_RUNTIME_START _rt0_riscv64_linux_lib
#else
#error "libsv2 does not support this processor"
#endif

extern void SV2P_RUNTIME_START(int argc, char **argv);

enum { SV2P_COLD, SV2P_STARTED, SV2P_FORKED };

static int sv2p_state = SV2P_COLD;
static pthread_once_t sv2p_once = PTHREAD_ONCE_INIT;
static sv2_status sv2p_start_result = SV2_OK;

static void sv2p_in_child(void) {
    __atomic_store_n(&sv2p_state, SV2P_FORKED, __ATOMIC_SEQ_CST);
}

/* What the kernel puts on the stack of a process: arguments, NULL, environment, NULL, auxiliary
 * vector. The runtime keeps pointers into it. Its settings stand in the environment; an empty
 * auxiliary vector makes it read /proc/self/auxv. */
enum { SV2P_SETTINGS = 3, SV2P_SETTING_SIZE = 40 };
static char sv2p_name[] = "libsv2";
static char sv2p_settings[SV2P_SETTINGS][SV2P_SETTING_SIZE];
static char *sv2p_block[2 + SV2P_SETTINGS + 1 + 2] = {sv2p_name};

static void sv2p_prepare(const sv2_start_config *config) {
    size_t n = 0;
    if (config->max_threads != 0) {
        (void)snprintf(sv2p_settings[n++], SV2P_SETTING_SIZE, "GOMAXPROCS=%" PRIu32,
                       config->max_threads);
    }
    if (config->memory_limit != 0) {
        const uint64_t limit = config->memory_limit > INT64_MAX ? INT64_MAX : config->memory_limit;
        (void)snprintf(sv2p_settings[n++], SV2P_SETTING_SIZE, "GOMEMLIMIT=%" PRIu64, limit);
    }
    if (config->gc_percent != 0) {
        (void)snprintf(sv2p_settings[n++], SV2P_SETTING_SIZE, "GOGC=%" PRIu32, config->gc_percent);
    }
    for (size_t i = 0; i < n; i++) {
        sv2p_block[2 + i] = sv2p_settings[i];
    }
}

static void sv2p_start_runtime(void) {
    if (pthread_atfork(NULL, NULL, sv2p_in_child) != 0) {
        sv2p_start_result = SV2_ERR_NO_MEMORY;
        return;
    }
    SV2P_RUNTIME_START(1, sv2p_block);
    __atomic_store_n(&sv2p_state, SV2P_STARTED, __ATOMIC_SEQ_CST);
}

/* The first call of a thread into Go unblocks signals that the runtime wants delivered, SIGCHLD
 * among them. The thread's mask is the program's: put it back. */
static void sv2p_bind_thread(void) {
    sigset_t mask;
    const int saved = pthread_sigmask(SIG_SETMASK, NULL, &mask);
    sv2i_bind_thread();
    if (saved == 0) {
        (void)pthread_sigmask(SIG_SETMASK, &mask, NULL);
    }
}

sv2_status sv2p_enter(void) {
    static __thread int bound __attribute__((tls_model("initial-exec")));
    const int state = __atomic_load_n(&sv2p_state, __ATOMIC_ACQUIRE);
    if (state == SV2P_STARTED && bound) {
        return SV2_OK;
    }
    if (state == SV2P_FORKED) {
        return SV2_ERR_FORKED;
    }
    (void)pthread_once(&sv2p_once, sv2p_start_runtime);
    if (sv2p_start_result == SV2_OK && !bound) {
        sv2p_bind_thread();
        bound = 1;
    }
    return sv2p_start_result;
}

sv2_status sv2_start(const sv2_start_config *config) {
    sv2_start_config c = SV2_START_CONFIG_INIT;
    const int state = __atomic_load_n(&sv2p_state, __ATOMIC_ACQUIRE);
    if (state == SV2P_FORKED) {
        return SV2_ERR_FORKED;
    }
    if (config == NULL) {
        return sv2p_enter();
    }
    const sv2_status status = sv2p_config(&c, sizeof c, config);
    if (status != SV2_OK) {
        return status;
    }
    if (c.reserved != 0 || c.max_threads > SV2_THREADS_MAX || c.gc_percent > INT32_MAX) {
        return SV2_ERR_ARGUMENT;
    }
    if (state == SV2P_STARTED) {
        return SV2_ERR_STATE;
    }
    sv2p_prepare(&c);
    return sv2p_enter();
}
