#!/usr/bin/env bash
# Measures, one after the other on the same machine, and prints tables: messages through Go, through the typed C call and
# through the batch C call; shares through two sessions; handshakes next to flynn/noise with btcec/ellswift; sealed frames;
# and what a statistical test finds of a dependence of time on secret keys.
#
#   scripts/bench.sh [BUILD_DIR] [--json]
#
# Environment: BENCHTIME, BENCHCOUNT lengthen the run; MEASUREMENTS of the statistical test (20000).
set -euo pipefail
cd "$(dirname "$0")/.."
build=${1:-build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

read -ra cc <<<"${CC:-gcc}"
for program in abi noise session; do
    "${cc[@]}" -O2 -std=c99 -Iinclude "bench/c/$program.c" "$build/libsv2.a" -lpthread -o "$work/$program"
done
time=${BENCHTIME:-300ms} count=${BENCHCOUNT:-3}
go test ./bench -run '^$' -bench . -benchtime "$time" -count "$count" >"$work/go"
go test ./noise -run '^$' -bench 'Handshake$|SealOpen/(InPlace|TwoBuffers)/(100|1024|65536)$' -benchtime "$time" \
    -count "$count" >>"$work/go"
go test ./sv2/session -run '^$' -bench 'Share$' -benchtime "$time" -count "$count" >>"$work/go"
"$work/abi" >"$work/c"
"$work/noise" >>"$work/c"
"$work/session" >>"$work/c"
go run ./bench/dudect -measurements "${MEASUREMENTS:-20000}" >"$work/dudect"

# The C++ implementation's own objects for the same work, measured once on another machine (one core of an amd64 server):
# a constant, for the order of magnitude. Microseconds; in nanoseconds for frames.
cat >"$work/other" <<'END'
other-handshake/both 353
other-handshake/responder 155
other-inplace/100 1540
other-inplace/65536 271000
END

awk -v json="${2:-}" -v measurements="${MEASUREMENTS:-20000}" '
    function least(array, key, value) { if (!(key in array) || value < array[key]) array[key] = value }
    FILENAME ~ /\/go$/ && /^BenchmarkHandshake/ {
        # The metrics of one run belong together: take them from the run whose whole is the shortest.
        for (i = 3; i < NF; i++) run[$(i + 1)] = $i
        if (!("both-us" in shake) || run["both-us"] < shake["both-us"]) for (name in run) shake[name] = run[name]
        next
    }
    FILENAME ~ /\/go$/ && /^Benchmark/ {
        n = split($1, part, "/"); sub(/^Benchmark/, "", part[1]); sub(/-[0-9]+$/, "", part[n])
        value = $3
        for (i = 4; i <= NF; i++) { if ($i == "ns/frame") value = $(i - 1); if ($i == "allocs/op") allocs += $(i - 1) }
        least(go, tolower(n == 3 ? part[2] "/" part[3] : part[1] "/" part[2]), value)
        next
    }
    FILENAME ~ /\/go$/ && /^cpu:/ { sub(/^cpu: /, ""); cpu = $0; next }
    FILENAME ~ /\/c$/ { sub(/^c-/, "", $1); c[$1] = $2; next }
    FILENAME ~ /\/other$/ { sub(/^other-/, "", $1); other[$1] = $2; next }
    FILENAME ~ /\/dudect$/ {
        name = $0; sub(/ +max.*/, "", name); value = $0; sub(/.*max\|t\| */, "", value); sub(/ .*/, "", value)
        tests++; test[tests] = name; t[tests] = value
        if (name !~ /^control/ && value > worst) worst = value
        next
    }
    END {
        split("decode append batch", kinds, " "); split("share job template", names, " ")
        split("both initiator responder", roles, " "); split("100 1024 65536", sizes, " ")
        split("plain encrypted", links, " ")
        theirs["both"] = shake["flynn+btcec-us"]; ours["both"] = shake["both-us"]; ratio["both"] = shake["ratio"]
        for (i = 2; i <= 3; i++) {
            r = roles[i]
            ours[r] = shake[r "-us"]; theirs[r] = shake["flynn+btcec-" r "-us"]; ratio[r] = shake[r "-ratio"]
        }
        if (json == "--json") {
            printf "{\"cpu\":\"%s\",\"unit\":\"ns\",\"empty_call\":%s,\"rows\":[", cpu, c["call/empty"]
            for (k = 1; k <= 3; k++) for (n = 1; n <= 3; n++) {
                key = kinds[k] "/" names[n]
                printf "%s{\"name\":\"%s\",\"go\":%s,\"c\":%s}", (k + n > 2 ? "," : ""), key, go[key], c[key]
            }
            printf "],\"session_share\":["
            for (i = 1; i <= 2; i++) {
                key = "share/" links[i]
                printf "%s{\"name\":\"%s\",\"go\":%s,\"c\":%s}", (i > 1 ? "," : ""), links[i], go[key], c[key]
            }
            printf "],\"go_allocations\":%d,\"handshake_us\":[", allocs
            for (i = 1; i <= 3; i++) {
                r = roles[i]
                printf "%s{\"name\":\"%s\",\"go\":%s,\"c\":%.1f,\"flynn_btcec\":%s,\"ratio\":%s}", (i > 1 ? "," : ""), r, ours[r],
                    c["handshake/" r] / 1000, theirs[r], ratio[r]
            }
            printf "],\"seal_open\":["
            for (f = 1; f <= 2; f++) for (n = 1; n <= 3; n++) {
                key = (f == 1 ? "inplace/" : "twobuffers/") sizes[n]
                printf "%s{\"name\":\"%s\",\"go\":%s,\"c\":%s}", (f + n > 2 ? "," : ""), key, go[key], c[key]
            }
            printf "],\"constant_time\":{\"measurements\":%d,\"tests\":[", measurements
            for (i = 1; i <= tests; i++) printf "%s{\"name\":\"%s\",\"t\":%s}", (i > 1 ? "," : ""), test[i], t[i]
            printf "]}}\n"
            exit
        }
        printf "%s; best of several runs\n\nMessages, nanoseconds each\n\n", cpu
        printf "%-22s %8s %8s %10s\n", "", "Go", "C", "difference"
        label["decode"] = "decode, one call"; label["append"] = "encode, one call"; label["batch"] = "decode, batch of 64"
        for (k = 1; k <= 3; k++) {
            print label[kinds[k]]
            for (n = 1; n <= 3; n++) {
                key = kinds[k] "/" names[n]
                printf "  %-20s %8.1f %8.1f %10.1f\n", names[n], go[key], c[key], c[key] - go[key]
            }
        }
        printf "a share from sending it to the event of the server, 5 calls\n"
        for (i = 1; i <= 2; i++) {
            key = "share/" links[i]
            printf "  %-20s %8.1f %8.1f %10.1f\n", links[i], go[key], c[key], c[key] - go[key]
        }
        printf "\nempty C call %.1f; allocations in Go, messages, frames and shares: %d\n", c["call/empty"], allocs

        printf "\nHandshake, microseconds; in turns with flynn/noise and btcec/ellswift; budget: ratio of both sides <= 0.55\n\n"
        printf "%-22s %8s %8s %12s %8s   %s\n", "", "Go", "C", "flynn+btcec", "ratio", "C++, another machine"
        for (i = 1; i <= 3; i++) {
            r = roles[i]
            printf "  %-20s %8.1f %8.1f %12.1f %8.3f   %s\n", r (r == "both" ? " sides" : ""), ours[r], c["handshake/" r] / 1000,
                theirs[r], ratio[r], ("handshake/" r in other) ? other["handshake/" r] : "-"
        }

        printf "\nSeal and open a frame, nanoseconds\n\n%-22s %8s %8s   %s\n", "payload", "Go", "C", "C++, another machine"
        for (f = 1; f <= 2; f++) {
            print (f == 1 ? "in place" : "from buffer to buffer, opened in place in C")
            for (n = 1; n <= 3; n++) {
                key = (f == 1 ? "inplace/" : "twobuffers/") sizes[n]
                printf "  %-20s %8.0f %8.0f   %s\n", sizes[n], go[key], c[key], (key in other) ? other[key] : "-"
            }
        }

        printf "\nTime against secret keys, |t| of %d measurements (below 4.5: no evidence of a leak; above 10: one)\n\n", measurements
        for (i = 1; i <= tests; i++) printf "  %-46s %6.2f\n", test[i], t[i]
    }' "$work/go" "$work/c" "$work/other" "$work/dudect"
