#!/usr/bin/env bash
# Runs the C and C++ tests under valgrind and under the sanitizers, after proving that each of them is really there: programs
# with a deliberate fault (test/c/deliberate) must be reported, or this script fails.
#
#   scripts/check_sanitizers.sh [WORK_DIR]
#
# 1. valgrind memcheck on the normal library, with test/c/valgrind.supp.
# 2. AddressSanitizer, LeakSanitizer and UndefinedBehaviorSanitizer in the tests, with the normal libsv2.so and libsv2.a.
# 3. AddressSanitizer in the library, too (go build -asan).
# 4. ThreadSanitizer in a program with threads of its own, examples/pool-threads, with the normal library: it does not see the
#    locks inside the library, so the program has to guard all that it shares by its own.
#
# Environment: CC, CXX; SV2_SANITIZERS "valgrind address library thread" or fewer of them; JOBS.
set -euo pipefail
cd "$(dirname "$0")/.."
CC=${CC:-gcc}
parts=" ${SV2_SANITIZERS:-valgrind address library thread} "
work=${1:-}
if [[ -z $work ]]; then
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
fi
mkdir -p "$work"
work=$(cd "$work" && pwd)
failed=0

scripts/build_library.sh "$work/normal"
SV2_TAGS=sv2debug scripts/build_library.sh "$work/debug"

# proof PROGRAM LIBRARY_DIR WHAT_IT_MUST_SAY FLAGS... : the deliberate fault is reported and ends the program with an error.
proof() {
    local program=$1 directory=$2 expected=$3 status=0
    shift 3
    $CC -std=c99 -g -O1 -Iinclude "$@" "test/c/deliberate/$program.c" "$directory/libsv2.a" -lpthread -o "$work/$program"
    # shellcheck disable=SC2086
    timeout 120 ${RUN:-} "$work/$program" >"$work/$program.log" 2>&1 || status=$?
    if [[ $status -eq 0 ]] || ! grep -qE "$expected" "$work/$program.log"; then
        echo "FAILED: $program was not reported (exit status $status, expected: $expected)" >&2
        head -n 20 "$work/$program.log" >&2
        failed=1
    else
        echo "ok   proof: $program is reported: $(grep -m 1 -oE "$expected" "$work/$program.log")"
    fi
}

tests() { # NAME LIBRARY_DIR DEBUG_DIR
    echo "--- $1"
    scripts/test_c.sh "$2" $3 || failed=1
}

# Left out everywhere: what compiles only, and programs about the process itself whose handlers, allocator or threads a
# sanitizer replaces.
left_out="refused_handles standard_span zlayout signals decoder_memory session_memory"

if [[ $parts == *" valgrind "* ]]; then
    command -v valgrind >/dev/null || {
        echo "check_sanitizers.sh: valgrind is not installed" >&2
        exit 1
    }
    export RUN="valgrind -q --fair-sched=yes --error-exitcode=9 --leak-check=full --show-leak-kinds=definite
        --errors-for-leak-kinds=definite --suppressions=$PWD/test/c/valgrind.supp"
    RUN=${RUN//$'\n'/ }
    proof output_overflow "$work/normal" 'Invalid write of size [0-9]+'
    proof input_overflow "$work/normal" 'Invalid read of size [0-9]+'
    proof view_use_after_free "$work/normal" 'inside a block of size [0-9,]+ free'
    proof leaked_buffer "$work/normal" '12,345 bytes in 1 blocks are definitely lost'
    echo "ok   $(grep -c '^{' test/c/valgrind.supp) suppressions"
    # start is left out: it starts the runtime some fifty times, with up to hundreds of threads, which takes minutes here.
    CHECK_ROUNDS=5 SV2_TEST_CFLAGS=-DCHECK_NO_COLLECTION SV2_TEST_LIBRARIES=so SV2_TEST_SKIP="$left_out start" tests "valgrind, libsv2.so" "$work/normal" "$work/debug"
    CHECK_ROUNDS=5 SV2_TEST_CFLAGS=-DCHECK_NO_COLLECTION SV2_TEST_LIBRARIES=a SV2_TEST_SKIP="$left_out exit_busy start" tests "valgrind, libsv2.a" "$work/normal" "$work/debug"
    unset RUN
fi

flags="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"
# Go's stacks are not those of the threads, and its signal stack is its own.
export ASAN_OPTIONS="detect_leaks=1:detect_stack_use_after_return=0:use_sigaltstack=0:handle_segv=0:handle_sigbus=0:handle_sigfpe=0:exitcode=99"
export UBSAN_OPTIONS="print_stacktrace=1:exitcode=99"

if [[ $parts == *" address "* ]]; then
    # shellcheck disable=SC2086
    {
        proof view_use_after_free "$work/normal" 'heap-use-after-free' $flags
        proof leaked_buffer "$work/normal" '12345 byte\(s\) in 1 object' $flags
        proof undefined_shift "$work/normal" 'runtime error: shift exponent 33' $flags
    }
    # exit_busy ends with live objects on purpose, which only Go memory points to: leaks to LeakSanitizer.
    CHECK_ROUNDS=30 SV2_TEST_CFLAGS=$flags SV2_TEST_SKIP="$left_out exit_busy" tests "AddressSanitizer, UBSan and LeakSanitizer in the tests" "$work/normal" "$work/debug"
    SV2_TEST_CFLAGS=$flags SV2_TEST_CXXFLAGS=$flags test/examples_pool_threads.sh "$work/normal" || failed=1
fi

if [[ $parts == *" library "* ]]; then
    SV2_GOFLAGS=-asan SV2_CFLAGS=-fsanitize=address scripts/build_library.sh "$work/asan"
    SV2_TAGS=sv2debug SV2_GOFLAGS=-asan SV2_CFLAGS=-fsanitize=address scripts/build_library.sh "$work/asan_debug"
    # Leaks are looked for above: the runtime of the sanitizer cannot see what Go code holds.
    export ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0"
    # The write and the read happen in Go code: reported only when the library itself is instrumented.
    # shellcheck disable=SC2086
    {
        proof output_overflow "$work/asan" 'AddressSanitizer: [a-z-]+ on' $flags
        proof input_overflow "$work/asan" 'AddressSanitizer: [a-z-]+ on' $flags
        proof view_use_after_free "$work/asan" 'heap-use-after-free' $flags
    }
    CHECK_ROUNDS=30 SV2_TEST_LIBRARIES=a SV2_TEST_CFLAGS=$flags SV2_TEST_SKIP=$left_out tests "AddressSanitizer in the library" "$work/asan" "$work/asan_debug"
fi

if [[ $parts == *" thread "* ]]; then
    proof data_race "$work/normal" 'ThreadSanitizer: data race' -fsanitize=thread
    SV2_TEST_CFLAGS=-fsanitize=thread test/examples_pool_threads.sh "$work/normal" || failed=1
fi

[[ $failed -eq 0 ]] && echo "sanitizers: all good"
exit $failed
