#!/usr/bin/env bash
# Measures messages through Go, through the typed C call and through the batch C call, one after the other on the same
# machine, and prints one table.
#
#   scripts/bench.sh [BUILD_DIR] [--json]
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"${CC:-gcc}" -O2 -std=c99 -Iinclude bench/c/abi.c "$build/libsv2.a" -lpthread -o "$work/abi"
go test ./bench -run '^$' -bench . -benchtime "${BENCHTIME:-300ms}" -count "${BENCHCOUNT:-3}" >"$work/go"
"$work/abi" >"$work/c"

awk -v json="${2:-}" '
    FNR == NR && /^Benchmark/ {
        split($1, part, "/"); sub(/^Benchmark/, "", part[1]); sub(/-[0-9]+$/, "", part[2])
        value = $3
        for (i = 4; i <= NF; i++) { if ($i == "ns/frame") value = $(i - 1); if ($i == "allocs/op") allocs += $(i - 1) }
        key = tolower(part[1]) "/" part[2]
        if (!(key in go) || value < go[key]) go[key] = value
        next
    }
    FNR == NR && /^cpu:/ { sub(/^cpu: /, ""); cpu = $0; next }
    FNR != NR { sub(/^c-/, "", $1); c[$1] = $2 }
    END {
        split("decode append batch", kinds, " "); split("share job template", names, " ")
        if (json == "--json") {
            printf "{\"cpu\":\"%s\",\"unit\":\"ns\",\"empty_call\":%s,\"rows\":[", cpu, c["call/empty"]
            for (k = 1; k <= 3; k++) for (n = 1; n <= 3; n++) {
                key = kinds[k] "/" names[n]
                printf "%s{\"name\":\"%s\",\"go\":%s,\"c\":%s}", (k + n > 2 ? "," : ""), key, go[key], c[key]
            }
            printf "],\"go_allocations\":%d}\n", allocs
            exit
        }
        printf "%s; nanoseconds per message, best of several runs\n\n", cpu
        printf "%-22s %8s %8s %10s\n", "", "Go", "C", "difference"
        label["decode"] = "decode, one call"; label["append"] = "encode, one call"; label["batch"] = "decode, batch of 64"
        for (k = 1; k <= 3; k++) {
            print label[kinds[k]]
            for (n = 1; n <= 3; n++) {
                key = kinds[k] "/" names[n]
                printf "  %-20s %8.1f %8.1f %10.1f\n", names[n], go[key], c[key], c[key] - go[key]
            }
        }
        printf "\nempty C call %.1f; allocations in Go: %d\n", c["call/empty"], allocs
    }' "$work/go" "$work/c"
