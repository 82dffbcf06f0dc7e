#!/usr/bin/env bash
# Prints how much of the code that reads what a peer or a user sends the fuzz targets reach, file by file, in statements.
#
#   scripts/fuzz_coverage.sh            with the seeds in the repository only
#   scripts/fuzz_coverage.sh --found    with the inputs, too, that runs of scripts/fuzz.sh have kept in build/fuzz
set -euo pipefail
cd "$(dirname "$0")/.."
packages=(codec sv2 sv2/inspect sv2/sealed sv2/session sv2/endpoint noise internal/secp256k1)
measured=$(printf ',./%s' "${packages[@]}")
profile=$(mktemp)
borrowed=()
trap 'rm -f "$profile" "${borrowed[@]}"' EXIT
if [[ ${1:-} == --found ]]; then
    # The toolchain tries kept inputs only while fuzzing: show them to the tests under names of their own for a moment.
    for package in "${packages[@]}"; do
        for file in build/fuzz/cache/"${package//\//_}"/*/*; do
            [[ -f $file ]] || continue
            copy=$package/testdata/fuzz/$(basename "$(dirname "$file")")/borrowed-$(basename "$file")
            borrowed+=("$copy")
            cp "$file" "$copy"
        done
    done
fi
go test -count=1 -run '^Fuzz' -coverpkg="${measured#,}" -coverprofile="$profile" "${packages[@]/#/./}" >/dev/null
awk -F '[: ]' '
    NR > 1 {
        sub(/^github.com\/libsv2\/libsv2\//, "", $1)
        block = $1 ":" $2
        file[block] = $1
        size[block] = $3
        if ($4 > 0) hit[block] = 1
    }
    END {
        for (b in file) {
            package = file[b]
            sub(/\/[^\/]*$/, "", package)
            for (i = 1; i <= 3; i++) {
                key = i == 1 ? file[b] : i == 2 ? package "/" : "~all"
                total[key] += size[b]
                covered[key] += size[b] * (b in hit)
            }
        }
        for (key in total) printf "%s %d %.1f\n", key, total[key], 100 * covered[key] / total[key]
    }' "$profile" | sort | awk '
    BEGIN { printf "%-44s %10s %10s\n", "file or package", "statements", "reached" }
    { printf "%-44s %10d %9.1f%%\n", $1 == "~all" ? "all" : $1, $2, $3 }'

# Functions that read bytes, by their names.
go tool cover -func="$profile" | awk '
    $2 ~ /^(Decode|[tT]ake|[oO]pen|[pP]arse|Feed|Writable|Commit|Next|explain|Finish|Respond|Find|Verify)/ {
        sub(/%/, "", $3)
        functions++
        sum += $3 + 0
        whole += $3 + 0 == 100
    }
    END { printf "decoders: %d functions, %d of them reached whole, %.1f%% on average\n", functions, whole, sum / functions }'
