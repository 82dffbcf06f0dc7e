#!/usr/bin/env bash
# Runs every fuzz target for a time each, or for a number of inputs each, one after the other.
#
#   scripts/fuzz.sh 10m
#   scripts/fuzz.sh 500x
set -euo pipefail
cd "$(dirname "$0")/.."
time=${1:-10s}
mapfile -t targets < <(grep -rhoE '^func Fuzz[A-Za-z0-9]+\(f ' --include='*_test.go' -H codec internal noise sv2 | sed -E 's|([^:]*)/[^/]*:func (Fuzz[A-Za-z0-9]+).*|\1 \2|' | sort -u)
count=${#targets[@]}
[[ $count -gt 0 ]] || { echo "fuzz: no targets found" >&2; exit 1; }
n=0
for target in "${targets[@]}"; do
    read -r package name <<<"$target"
    n=$((n + 1))
    printf 'fuzz: %d of %d: %s %s\n' "$n" "$count" "$package" "$name"
    if ! out=$(go test "./$package" -run '^$' -fuzz "^$name\$" -fuzztime "$time" 2>&1); then
        # The toolchain also fails when the time ends while an input is being tried; a finding names its input.
        if [[ $out == *"context deadline exceeded"* && $out != *"Failing input"* ]]; then
            continue
        fi
        printf '%s\n' "$out"
        exit 1
    fi
done
echo "fuzz: $count targets, $time each, no failures"
