#!/usr/bin/env bash
# Compiles the C and C++ tests against libsv2.a and libsv2.so and runs them.
#
#   scripts/test_c.sh [--json] BUILD_DIR [DEBUG_BUILD_DIR]
#
# One line per program and a total; exit status 1 if anything failed. --json prints one object instead. The tests that
# raise faults or count allocations run when DEBUG_BUILD_DIR holds a library built with SV2_TAGS=sv2debug.
#
# Environment: CC, CXX; RUN a command to run the programs with ("valgrind -q"); SV2_TEST_CFLAGS further flags for compiling
# and linking; SV2_TEST_LIBRARIES "a", "so" or both; SV2_TEST_SKIP names of programs to leave out; JOBS.
set -euo pipefail
json=0
if [[ ${1:-} == --json ]]; then
    json=1
    shift
fi
build=$(cd "$1" && pwd)
debug=${2:+$(cd "$2" && pwd)}
cd "$(dirname "$0")/.."

export CC=${CC:-gcc} CXX=${CXX:-g++} RUN=${RUN:-}
libraries=${SV2_TEST_LIBRARIES:-a so}
skip=" ${SV2_TEST_SKIP:-} "
warnings="-Wall -Wextra -Wpedantic -Wconversion -Werror"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export work
[[ -n ${SV2_TEST_SKIP:-} ]] && echo "left out:$skip" >&2
[[ -n $debug ]] || echo "left out: panic and allocations, which need the debug flavour" >&2
awk -f test/c/header_tables.awk include/sv2.h >"$work/header_tables.h"
example() { awk -v behind="$1" -f test/c/manual_example.awk include/sv2.h; }
example 'A client, from connect to close' >"$work/manual_client.h"
example 'A list of one endpoint is the ordinary way' >"$work/manual_failover.h"
common="-g $warnings -Iinclude -I$work ${SV2_TEST_CFLAGS:-}"

# Each job: name, library, and the command that compiles it to $work/NAME.LIBRARY.
jobs=()
link() { # KIND DIRECTORY
    case $1 in
    so*) echo "-L$2 -lsv2 -lpthread -ldl" ;;
    *) echo "$2/libsv2.a -lpthread -ldl" ;;
    esac
}
add() { # NAME LIBRARY DIRECTORY COMPILER...
    local name=$1 library=$2 directory=$3
    shift 3
    [[ $skip == *" $name "* ]] && return
    jobs+=("$name"$'\t'"$library"$'\t'"$directory"$'\t'"$* -o $work/$name.$library $(link "$library" "$directory")")
}
add_each() { # NAME COMPILER...
    local name=$1 library
    shift
    for library in $libraries; do
        add "$name" "$library" "$build" "$@"
    done
}

for source in test/c/*.c; do
    name=$(basename "$source" .c)
    compile="$CC -std=c99 -O1 $common $source"
    case $name in
    refused_handles) ;;
    dlopen)
        if [[ " $libraries " == *" so "* && $skip != *" dlopen "* ]]; then
            jobs+=("dlopen"$'\t'"so"$'\t'"$build"$'\t'"$compile -o $work/dlopen.so -ldl")
        fi
        ;;
    panic | allocations)
        if [[ -n $debug ]]; then
            for library in $libraries; do
                add "$name" "$library" "$debug" "$compile"
            done
        fi
        ;;
    *)
        # A file without main has the compiler as its only judge.
        if grep -q '^int main(' "$source"; then
            add_each "$name" "$compile"
        elif grep -q '[^[:space:]]' "$source"; then
            jobs+=("$name"$'\t'"compile"$'\t'"$build"$'\t'"$CC -std=c11 $common -fsyntax-only $source")
        fi
        ;;
    esac
done
for name in view session endpoint; do
    for standard in 17 20; do
        add_each "${name}_c++$standard" "$CXX -std=c++$standard $common test/cpp/$name.cpp"
        add_each "${name}_c++${standard}_no_exceptions" "$CXX -std=c++$standard -fno-exceptions $common test/cpp/$name.cpp"
    done
done
add_each standard_span "$CXX -std=c++20 $common test/cpp/standard_span.cpp"

# Compiles and runs one job; its result is one line in $work/results.
run_job() {
    local name library directory command begin end state=ok checks=0
    IFS=$'\t' read -r name library directory command <<<"$1"
    local log=$work/$name.$library.log
    begin=$(date +%s.%N)
    # shellcheck disable=SC2086
    if ! eval "$command" >"$log" 2>&1; then
        state=compile
    elif [[ $library != compile ]]; then
        LD_LIBRARY_PATH=$directory timeout 600 $RUN "$work/$name.$library" >"$log" 2>&1 || state=failed
        checks=$(awk '/: [0-9]+ checks, [0-9]+ failed$/ { n = $(NF - 3) } END { print n + 0 }' "$log")
    fi
    end=$(date +%s.%N)
    printf '%s\t%s\t%s\t%s\t%.2f\n' "$name" "$library" "$state" "$checks" \
        "$(awk -v a="$begin" -v b="$end" 'BEGIN { print b - a }')" >>"$work/results"
}
export -f run_job
printf '%s\0' "${jobs[@]}" | xargs -0 -n 1 -P "${JOBS:-$(nproc)}" bash -c 'run_job "$1"' _

# What must not compile, and the same file without that, which must.
if [[ $skip != *" refused_handles "* ]]; then
    state=ok
    cases=$(awk '/REFUSED_CASES/ { n = $3 } END { print n }' test/c/refused_handles.c)
    for ((i = 0; i <= cases; i++)); do
        compiled=1
        # shellcheck disable=SC2086
        "$CC" -std=c99 $warnings -Iinclude -DREFUSED="$i" -c test/c/refused_handles.c -o /dev/null \
            >>"$work/refused_handles.compile.log" 2>&1 || compiled=0
        if [[ $compiled -ne $((i == 0)) ]]; then
            state=failed
            echo "case $i: compiled=$compiled" >>"$work/refused_handles.compile.log"
        fi
    done
    printf 'refused_handles\tcompile\t%s\t%s\t0\n' "$state" "$((cases + 1))" >>"$work/results"
fi

sort -o "$work/results" "$work/results"
if [[ $json -eq 1 ]]; then
    awk -F '\t' '
        { rows = rows (NR > 1 ? ", " : "") sprintf("{\"name\": \"%s\", \"library\": \"%s\", \"result\": \"%s\", \"checks\": %d, \"seconds\": %s}", $1, $2, $3, $4, $5)
          $3 == "ok" ? passed++ : failed++; checks += $4 }
        END { printf "{\"passed\": %d, \"failed\": %d, \"checks\": %d, \"programs\": [%s]}\n", passed, failed, checks, rows }' \
        "$work/results"
else
    while IFS=$'\t' read -r name library state checks seconds; do
        printf '%-8s %-28s %-8s %9s checks %7s s\n' "$state" "$name" "$library" "$checks" "$seconds"
    done <"$work/results"
fi
status=0
while IFS=$'\t' read -r name library state _ _; do
    [[ $state == ok ]] && continue
    status=1
    echo "--- $name ($library): $state" >&2
    head -n 45 "$work/$name.$library.log" >&2
done <"$work/results"
[[ $json -eq 1 ]] ||
    awk -F '\t' '{ $3 == "ok" ? passed++ : failed++; checks += $4 }
        END { printf "total: %d passed, %d failed, %d checks\n", passed, failed, checks }' "$work/results"
exit $status
