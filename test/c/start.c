/* The start of the runtime: not before the first call, once, with a configuration that is checked,
 * without a look at the environment, from any thread and on small stacks. Most cases run in a child
 * of their own. */
#define CHECK_START_IS_TESTED
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "check.h"
#include "children.h"

enum { STACK = 64 * 1024, STARTED_THREADS_MAX = 8 };

static void start_once(void) {
    sv2_start_config config = SV2_START_CONFIG_INIT;
    CHECK_NUMBER(config.struct_size, sizeof config);
    CHECK_NUMBER(threads_now(), 1);
    CHECK_STATUS(sv2_start(&config), SV2_OK);
    CHECK(threads_now() > 1);
    CHECK(threads_now() <= 1 + STARTED_THREADS_MAX); /* "about 5 more threads" */
    CHECK_STATUS(sv2_start(&config), SV2_ERR_STATE);
    CHECK_STATUS(sv2_start(NULL), SV2_OK);
    config.reserved = 1;
    CHECK_STATUS(sv2_start(&config), SV2_ERR_ARGUMENT);
}

static void first_call_starts(void) {
    sv2_start_config config = SV2_START_CONFIG_INIT;
    size_t live = 9;
    CHECK_STATUS(sv2_live_handles(0, &live), SV2_OK);
    CHECK_NUMBER(live, 0);
    CHECK(threads_now() > 1);
    CHECK_STATUS(sv2_start(&config), SV2_ERR_STATE);
    CHECK_STATUS(sv2_start(NULL), SV2_OK);
}

/* A configuration that is refused does not start the runtime. */
static void refused_configurations(void) {
    struct {
        sv2_start_config known;
        uint32_t rest[4];
    } newer;
    memset(&newer, 0, sizeof newer);
    for (uint32_t size = 0; size < 4; size++) {
        newer.known.struct_size = size;
        CHECK_STATUS(sv2_start(&newer.known), SV2_ERR_ARGUMENT);
    }
    newer.known.struct_size = sizeof newer.known;
    newer.known.reserved = 1;
    CHECK_STATUS(sv2_start(&newer.known), SV2_ERR_ARGUMENT);
    newer.known.reserved = 0;
    newer.known.struct_size = sizeof newer;
    newer.rest[3] = 0x01000000;
    CHECK_STATUS(sv2_start(&newer.known), SV2_ERR_ARGUMENT);
    newer.rest[3] = 0;
    newer.rest[0] = 1;
    CHECK_STATUS(sv2_start(&newer.known), SV2_ERR_ARGUMENT);
    CHECK_NUMBER(threads_now(), 1);
    newer.rest[0] = 0;
    newer.known.max_threads = (uint32_t)INT32_MAX + 1;
    CHECK_STATUS(sv2_start(&newer.known), SV2_ERR_ARGUMENT);
    newer.known.max_threads = 0;
    newer.known.gc_percent = UINT32_MAX;
    CHECK_STATUS(sv2_start(&newer.known), SV2_ERR_ARGUMENT);
    newer.known.gc_percent = 0;
    CHECK_NUMBER(threads_now(), 1);
    CHECK_STATUS(sv2_start(&newer.known), SV2_OK); /* larger, and the rest is zero */
    CHECK(threads_now() > 1);
}

/* A struct_size that is no size at all is refused; the library does not walk through memory to find
 * a byte that is not zero. The struct is the last thing in front of a page that cannot be read. */
static void struct_size_of_garbage(void) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    uint8_t *pages =
        mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED || mprotect(pages + page, page, PROT_NONE) != 0) {
        CHECK(pages == NULL);
        return;
    }
    sv2_start_config *config = (void *)(pages + page - sizeof *config);
    config->struct_size = UINT32_MAX;
    CHECK_STATUS(sv2_start(config), SV2_ERR_ARGUMENT);
    sv2_decoder_config *decoder_config = (void *)(pages + page - sizeof *decoder_config);
    sv2_decoder decoder;
    decoder_config->struct_size = 0xcccccccc;
    decoder_config->max_payload_size = 0;
    CHECK_STATUS(sv2_decoder_new(decoder_config, &decoder), SV2_ERR_ARGUMENT);
}

/* No value that is taken makes the library unusable. */
static sv2_start_config extreme;
static void starts_with_extreme(void) {
    sv2_buf buf;
    const sv2_status status = sv2_start(&extreme);
    CHECK(status == SV2_OK || status == SV2_ERR_ARGUMENT);
    CHECK_STATUS(sv2_buf_new(100, &buf), SV2_OK);
    CHECK_STATUS(sv2_buf_append_u32(buf, 1), SV2_OK);
    CHECK_STATUS(sv2_buf_free(&buf), SV2_OK);
}

static void extreme_values(void) {
    static const sv2_start_config values[] = {
        {sizeof(sv2_start_config), 1, 0, 0, 0},
        {sizeof(sv2_start_config), 256, 0, 0, 0},
        {sizeof(sv2_start_config), INT32_MAX, 0, 0, 0},
        {sizeof(sv2_start_config), 0, 1, 0, 0},
        {sizeof(sv2_start_config), 0, UINT64_MAX, 0, 0},
        {sizeof(sv2_start_config), 0, 0, 1, 0},
        {sizeof(sv2_start_config), 0, 0, INT32_MAX, 0},
        {sizeof(sv2_start_config), INT32_MAX, INT64_MAX, INT32_MAX, 0},
        {4, UINT32_MAX, UINT64_MAX, UINT32_MAX, UINT32_MAX}, /* an older program: none of them */
        {8, 1, UINT64_MAX, UINT32_MAX, UINT32_MAX},
        {sizeof(sv2_start_config), 1, 8 << 20, 50, 0},
    };
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        extreme = values[i];
        CHECK(exited_with(run_in_child(starts_with_extreme), 0));
    }
}

/* What a thread on the smallest stack that the header allows does. */
static void *work(void *unused) {
    static const uint8_t transactions[3 + 1000] = {0xe8, 3};
    uint8_t *frame_bytes = malloc(70000), *payload = calloc(1, 65535);
    sv2_frame frame;
    size_t len, consumed;
    sv2_decoder decoder;
    sv2_error error;
    char text[256];
    if (frame_bytes == NULL || payload == NULL) {
        abort();
    }
    CHECK_STATUS(sv2_decoder_new(NULL, &decoder), SV2_OK);
    for (int i = 0; i < check_rounds(50); i++) {
        sv2_provide_missing_transactions_success answer, back;
        sv2_message any;
        memset(&answer, 0, sizeof answer);
        answer.transaction_list.data = transactions;
        answer.transaction_list.len = sizeof transactions;
        answer.transaction_list.count = 1;
        CHECK_STATUS(sv2_provide_missing_transactions_success_encode(&answer, NULL, frame_bytes,
                                                                     70000, &len, &error),
                     SV2_OK);
        CHECK_STATUS(sv2_decoder_feed(decoder, frame_bytes, len, &consumed), SV2_OK);
        CHECK_STATUS(sv2_decoder_next(decoder, &frame, NULL, &error), SV2_OK);
        CHECK_STATUS(sv2_provide_missing_transactions_success_decode(&frame, &back, NULL, &error),
                     SV2_OK);
        CHECK_STATUS(sv2_message_decode(&frame, &any, &error), SV2_OK);
        /* errors allocate, and so may collect garbage */
        frame.payload_len--;
        CHECK_STATUS(sv2_provide_missing_transactions_success_decode(&frame, &back, NULL, &error),
                     SV2_ERR_TRUNCATED);
        CHECK_STATUS(sv2_error_text(&error, text, sizeof text, &len), SV2_OK);
        sv2_submit_solution solution;
        memset(&solution, 0, sizeof solution);
        solution.coinbase_tx.data = payload;
        solution.coinbase_tx.len = 65535;
        CHECK_STATUS(sv2_submit_solution_encode(&solution, NULL, frame_bytes, 70000, &len, &error),
                     SV2_OK);
    }
    CHECK_STATUS(sv2_decoder_free(&decoder), SV2_OK);
    free(frame_bytes);
    free(payload);
    return unused;
}

static void on_small_stacks(void) {
    enum { THREADS = 8 };
    pthread_t threads[THREADS];
    pthread_attr_t attributes;
    CHECK(pthread_attr_init(&attributes) == 0);
    CHECK(pthread_attr_setstacksize(&attributes, STACK) == 0);
    /* the first of them starts the library, the others at the same time */
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_create(&threads[i], &attributes, work, NULL) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
    }
    (void)pthread_attr_destroy(&attributes);
}

static pthread_barrier_t barrier;

static void *first_call(void *unused) {
    sv2_buf buf;
    (void)pthread_barrier_wait(&barrier);
    CHECK_STATUS(sv2_buf_new(10, &buf), SV2_OK);
    CHECK_STATUS(sv2_buf_free(&buf), SV2_OK);
    return unused;
}

static void many_first_calls(void) {
    enum { THREADS = 16 };
    pthread_t threads[THREADS];
    CHECK(pthread_barrier_init(&barrier, NULL, THREADS) == 0);
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_create(&threads[i], NULL, first_call, NULL) == 0);
    }
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
    }
}

/* The runtime would refuse to start with such a limit, and print with such a GODEBUG. */
static void environment_is_ignored(const char *self) {
    int ends[2];
    char noise[256];
    CHECK(pipe(ends) == 0);
    fflush(stderr);
    const pid_t child = fork();
    if (child == 0) {
        static char program[] = "start", mode[] = "work";
        static char *arguments[] = {program, mode, NULL};
        (void)dup2(ends[1], 2);
        close(ends[0]);
        close(ends[1]);
        (void)setenv("GODEBUG", "inittrace=1,gctrace=1,schedtrace=1,scheddetail=1", 1);
        (void)setenv("GOMEMLIMIT", "not a number", 1);
        (void)setenv("GOMAXPROCS", "not a number", 1);
        (void)setenv("GOGC", "1", 1);
        (void)setenv("GOTRACEBACK", "crash", 1);
        execv(self, arguments);
        _exit(99);
    }
    close(ends[1]);
    size_t printed = 0;
    ssize_t n;
    while ((n = read(ends[0], noise + printed, sizeof noise - 1 - printed)) > 0) {
        printed += (size_t)n;
    }
    noise[printed] = '\0';
    close(ends[0]);
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(exited_with(status, 0));
    CHECK_TEXT(noise, "");
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "work") == 0) {
        on_small_stacks();
        return check_failed == 0 ? 0 : 1;
    }
    CHECK_NUMBER(threads_now(), 1); /* linked, and nothing happened */
    CHECK_NUMBER(sv2_version(), SV2_VERSION_NUM);
    CHECK_NUMBER(threads_now(), 1);
    CHECK(exited_with(run_in_child(start_once), 0));
    CHECK(exited_with(run_in_child(first_call_starts), 0));
    CHECK(exited_with(run_in_child(refused_configurations), 0));
    CHECK(exited_with(run_in_child(struct_size_of_garbage), 0));
    extreme_values();
    CHECK(exited_with(run_in_child(on_small_stacks), 0));
    for (int i = 0; i < check_rounds(20); i++) {
        CHECK(exited_with(run_in_child(many_first_calls), 0));
    }
    environment_is_ignored(argv[0]);
    CHECK_NUMBER(threads_now(), 1);
    return check_end("start");
}
