#!/usr/bin/env bash
# Builds the library for the targets of control boards, links tests of messages, sessions and endpoints with it and runs them
# under qemu; and statically against musl. A target whose compiler is not installed is named and left out.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ran=0

check() { # name, compiler, runner, GOARCH...
    local name=$1 compiler=$2 runner=$3
    shift 3
    if ! command -v "$compiler" >/dev/null || ! command -v "${runner:-true}" >/dev/null; then
        echo "check_cross: $name left out: $compiler or $runner is not installed"
        return
    fi
    CC=$compiler scripts/build_library.sh "$work/$name" "$@"
    "$compiler" -std=c11 -Wall -Wextra -Wpedantic -Iinclude -fsyntax-only test/c/zlayout.c
    for test in zmessages session_setup session_extensions endpoint_failover; do
        "$compiler" -static -std=c99 -Iinclude "test/c/$test.c" "$work/$name/libsv2.a" -lpthread -o "$work/$name/$test"
        printf 'check_cross: %s: ' "$name"
        $runner "$work/$name/$test"
    done
    ran=$((ran + 1))
}

check arm-glibc arm-linux-gnueabihf-gcc qemu-arm arm 7
check arm64-glibc aarch64-linux-gnu-gcc qemu-aarch64 arm64
check amd64-musl musl-gcc "" amd64
[[ $ran -gt 0 || -z ${CI:-} ]] || { echo "check_cross: CI has no cross compiler" >&2; exit 1; }
echo "check_cross: $ran targets"
