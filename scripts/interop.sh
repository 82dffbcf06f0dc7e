#!/usr/bin/env bash
# Runs libsv2 against other implementations: builds their peers and libsv2's program in C, then test/interop.
#
#   scripts/interop.sh BUILD_DIR [FLAGS OF test/interop...]
#
# The reference implementation (SRI) is a Rust program of ours on its published crates, at the versions of
# test/interop/sri/Cargo.lock; cargo downloads them once. Without cargo, or with one that is too old for them, nothing is run,
# and one line says so: exit status 0 if INTEROP_OPTIONAL is set, 1 otherwise. Everything else that goes wrong is a failure.
#
# Environment: CC; CARGO_BUILD_JOBS; INTEROP_OPTIONAL.
set -euo pipefail
build=$1
shift
mkdir -p "$build/interop"
build=$(cd "$build" && pwd)
cd "$(dirname "$0")/.."
out=$build/interop

oldest=1.85 # that reads the newest of the crates
version=$(cargo --version 2>/dev/null | awk '{ print $2 }') || version=
if [[ -z $version || $(printf '%s\n' "$oldest" "$version" | sort -V | head -n 1) != "$oldest" ]]; then
    found=${version:+only cargo $version}
    echo "interop: there is ${found:-no cargo}, so nothing ran against SRI; install Rust $oldest or newer" >&2
    [[ -n ${INTEROP_OPTIONAL:-} ]] && exit 0
    exit 1
fi
echo "interop: building the peer of SRI (about a minute on two cores the first time)"
CARGO_TARGET_DIR=$out/sri cargo build --quiet --release --locked --manifest-path test/interop/sri/Cargo.toml || {
    echo "interop: cargo did not build the peer of SRI, as it says above; the crates are downloaded the first time" >&2
    exit 1
}

for vectors in noise:noise/testdata/noise_nx_sri.json frames:sv2/testdata/frames_sri.json; do
    "$out/sri/release/sri-peer" vectors "${vectors%%:*}" | cmp - "${vectors#*:}" ||
        { echo "interop: ${vectors#*:} is not what sri-peer vectors ${vectors%%:*} writes" >&2; exit 1; }
done

awk -f test/c/header_tables.awk include/sv2.h >"$out/header_tables.h"
${CC:-gcc} -O2 -g -std=c99 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -Wpedantic -Wconversion -Werror -Iinclude -Itest/c -I"$out" \
    test/interop/c/*.c "$build/libsv2.a" -lpthread -o "$out/interop_peer"
go build -o "$out/interop" ./test/interop
exec "$out/interop" -sri "$out/sri/release/sri-peer" -c "$out/interop_peer" "$@"
