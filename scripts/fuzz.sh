#!/usr/bin/env bash
# Runs every fuzz target: the native ones of the Go packages and the libFuzzer ones of the C ABI. Prints each as it ends and a
# table of all.
#
#   scripts/fuzz.sh [--json] [--only REGEX] 10m     all of them together take about so long (s, m or h)
#   scripts/fuzz.sh [--json] [--only REGEX] 500x    so many inputs each
#
# The time is shared: a target of a single message has one part, any other one three. A finding fails the run and is written
# where every later run tries it: testdata/fuzz/TARGET of the package, or test/fuzz/corpus/TARGET. Inputs that reach something
# new are kept in build/fuzz for the next run. --json prints one object per target instead of the table.
#
# Environment: JOBS targets at a time; FUZZ_CC see build_fuzzers.sh; SV2_ORACLE the command of another implementation to compare
# with, as sv2/oracle_test.go asks it: by default the peer of SRI, when make interop has built it.
set -euo pipefail
cd "$(dirname "$0")/.."
json=0 only=. budget=10s
while [[ $# -gt 0 ]]; do
    case $1 in
    --json) json=1 ;;
    --only) only=$2 && shift ;;
    *) budget=$1 ;;
    esac
    shift
done
[[ $budget =~ ^([0-9]+)([smhx])$ ]] || { echo "fuzz.sh: $budget is neither a time like 10m nor a number of inputs like 500x" >&2; exit 2; }
amount=${BASH_REMATCH[1]} unit=${BASH_REMATCH[2]}
jobs=${JOBS:-$(nproc)}
work=$PWD/build/fuzz
mkdir -p "$work/bin" "$work/cache" "$work/c"
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

if [[ -z ${SV2_ORACLE:-} && -x build/interop/sri/release/sri-peer ]]; then
    export SV2_ORACLE="$PWD/build/interop/sri/release/sri-peer oracle"
fi

# Targets: what kind, where, name, parts of the time.
targets=()
while IFS=: read -r file name; do
    if [[ $name == FuzzOracle && -z ${SV2_ORACLE:-} ]]; then
        echo "fuzz: left out: FuzzOracle, which compares with SRI; make interop builds what it asks" >&2
        continue
    fi
    parts=3
    [[ $file == */zmessages_test.go ]] && parts=1
    targets+=("go $(dirname "$file") $name $parts")
done < <(git ls-files -co --exclude-standard '*_test.go' | xargs grep -HoE '^func Fuzz[A-Za-z0-9]+\(f ' |
    sed -E 's/:func (Fuzz[A-Za-z0-9]+)\(f /:\1/' | grep -E "$only")
for source in test/fuzz/*.c; do
    name=$(basename "$source" .c)
    [[ test/fuzz:$name =~ $only ]] && targets+=("c test/fuzz $name 3")
done
[[ ${#targets[@]} -gt 0 ]] || { echo "fuzz.sh: no target" >&2; exit 2; }

# Every target has seeds in the repository.
for target in "${targets[@]}"; do
    read -r kind where name _ <<<"$target"
    seeds=$where/testdata/fuzz/$name
    [[ $kind == c ]] && seeds=test/fuzz/corpus/$name
    [[ -n $(ls "$seeds" 2>/dev/null) ]] || { echo "fuzz.sh: $where $name has no seeds in $seeds" >&2; exit 1; }
done

if printf '%s\n' "${targets[@]}" | grep -q '^c '; then
    scripts/build_fuzzers.sh "$work/c"
fi
while read -r package; do
    go test -c -fuzz=. -o "$work/bin/${package//\//_}.test" "./$package"
done < <(printf '%s\n' "${targets[@]}" | awk '$1 == "go" { print $2 }' | sort -u)

parts=$(printf '%s\n' "${targets[@]}" | awk '{ n += $4 } END { print n }')
case $unit in m) amount=$((amount * 60)) ;; h) amount=$((amount * 3600)) ;; esac
export work results unit amount parts jobs PWD

one() { # KIND WHERE NAME PARTS
    local kind=$1 where=$2 name=$3 log="$results/$1_${2//\//_}_$3" status=0 begin=$EPOCHREALTIME limit execs found verdict=ok
    limit=$(awk -v a="$amount" -v j="$jobs" -v n="$4" -v p="$parts" -v x="$unit" 'BEGIN { print x == "x" ? a : a * j * n / p }')
    if [[ $kind == go ]]; then
        [[ $unit == x ]] && limit+=x || limit+=s
        (cd "$where" && "$work/bin/${where//\//_}.test" -test.run='^$' -test.fuzz="^$name\$" -test.fuzztime="$limit" \
            -test.parallel=1 -test.fuzzminimizetime=300x -test.fuzzcachedir="$work/cache/${where//\//_}") >"$log.out" 2>&1 || status=$?
        # The toolchain also fails when the time ends while an input is being tried; a finding names its input.
        if [[ $status -ne 0 ]] && grep -q 'context deadline exceeded' "$log.out" && ! grep -q 'Failing input' "$log.out"; then
            status=0
        fi
        execs=$(grep -oE 'execs: [0-9]+' "$log.out" | tail -n 1 | grep -oE '[0-9]+') || execs=0
        found=$(grep -oE 'new interesting: [0-9]+' "$log.out" | tail -n 1 | grep -oE '[0-9]+') || found=0
    else
        mkdir -p "$work/cache/$name"
        [[ $unit == x ]] && limit=-runs=$limit || limit=-max_total_time=$(awk -v l="$limit" 'BEGIN { print l < 1 ? 1 : int(l + 0.5) }')
        # Signals belong to the Go runtime inside, whose stacks are not those of the threads; what it holds is no leak.
        ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=0:use_sigaltstack=0:handle_segv=0:handle_sigbus=0:handle_sigfpe=0 \
            UBSAN_OPTIONS=print_stacktrace=1 "$work/c/$name" "$limit" -print_final_stats=1 -timeout=20 -rss_limit_mb=4096 \
            -handle_segv=0 -handle_bus=0 -handle_fpe=0 -artifact_prefix="test/fuzz/corpus/$name/" "$work/cache/$name" \
            "test/fuzz/corpus/$name" >"$log.out" 2>&1 || status=$?
        execs=$(awk '/^stat::number_of_executed_units/ { print $2 }' "$log.out")
        found=$(awk '/^stat::new_units_added/ { print $2 }' "$log.out")
    fi
    [[ $status -eq 0 ]] || verdict=FAILED
    awk -v w="$where" -v n="$name" -v e="${execs:-0}" -v f="${found:-0}" -v b="$begin" -v now="$EPOCHREALTIME" -v v="$verdict" \
        'BEGIN { printf "%s %s %d %d %.1f %s\n", w, n, e, f, now - b, v }' | tee "$log.row" | sed 's/^/fuzz: /' >&2
    if [[ $status -ne 0 ]]; then
        grep -vE '^(#|INFO|\t?NEW_FUNC)' "$log.out" | tail -n 60 >&2
    fi
}
export -f one
printf '%s\n' "${targets[@]}" | xargs -P "$jobs" -I{} bash -c 'one {}'

cat "$results"/*.row | sort | awk -v json="$json" -v count="${#targets[@]}" '
    BEGIN { if (!json) printf "%-22s %-40s %10s %6s %8s  %s\n", "package", "target", "inputs", "new", "seconds", "" }
    json { printf "{\"package\":\"%s\",\"target\":\"%s\",\"inputs\":%d,\"new\":%d,\"seconds\":%s,\"failed\":%s}\n", $1, $2, $3, $4, $5, $6 == "ok" ? "false" : "true" }
    !json { printf "%-22s %-40s %10d %6d %8.1f  %s\n", $1, $2, $3, $4, $5, $6 }
    { rows++; inputs += $3; new += $4; seconds += $5; failed += $6 != "ok" }
    END {
        if (!json) printf "%-22s %-40s %10d %6d %8.1f  %d failed\n", "all", rows " targets", inputs, new, seconds, failed
        exit failed > 0 || rows != count
    }'
