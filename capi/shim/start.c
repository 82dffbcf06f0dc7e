/* Starting the Go runtime, and refusing to run in a forked child.
 *
 * An archive built by Go starts its runtime from .init_array, with the argc and argv that only glibc passes there. The
 * build removes that entry (scripts/build_library.sh) and this file calls the same function itself, at the first call,
 * with arguments of its own: so it works with every C library, a program can daemonise before, and the environment of
 * the program (GODEBUG, GOGC, GOMAXPROCS) does not reach the runtime. */
#include <pthread.h>

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

static void sv2p_in_child(void) { __atomic_store_n(&sv2p_state, SV2P_FORKED, __ATOMIC_SEQ_CST); }

static void sv2p_start_runtime(void) {
    /* What the kernel puts on the stack of a process: arguments, NULL, environment, NULL, auxiliary vector. An empty vector
     * makes the runtime read /proc/self/auxv. The runtime keeps the pointer. */
    static char name[] = "libsv2";
    static char *block[] = {name, NULL, NULL, NULL, NULL};
    if (pthread_atfork(NULL, NULL, sv2p_in_child) != 0) {
        sv2p_start_result = SV2_ERR_NO_MEMORY;
        return;
    }
    SV2P_RUNTIME_START(1, block);
    __atomic_store_n(&sv2p_state, SV2P_STARTED, __ATOMIC_SEQ_CST);
}

sv2_status sv2p_enter(void) {
    const int state = __atomic_load_n(&sv2p_state, __ATOMIC_ACQUIRE);
    if (state == SV2P_STARTED) {
        return SV2_OK;
    }
    if (state == SV2P_FORKED) {
        return SV2_ERR_FORKED;
    }
    (void)pthread_once(&sv2p_once, sv2p_start_runtime);
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
    if (config->struct_size < sizeof(uint32_t) || !sv2p_tail_is_zero(config, sizeof c)) {
        return SV2_ERR_ARGUMENT;
    }
    memcpy(&c, config, config->struct_size < sizeof c ? config->struct_size : sizeof c);
    if (c.reserved != 0) {
        return SV2_ERR_ARGUMENT;
    }
    if (state == SV2P_STARTED) {
        return SV2_ERR_STATE;
    }
    const sv2_status status = sv2p_enter();
    if (status == SV2_OK) {
        sv2i_configure(c.max_threads, c.memory_limit, c.gc_percent);
    }
    return status;
}
