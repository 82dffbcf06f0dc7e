#!/usr/bin/env bash
# Builds the libFuzzer targets of the C ABI, test/fuzz/*.c, with AddressSanitizer and UndefinedBehaviorSanitizer, against an
# archive of the library that AddressSanitizer watches and whose Go code counts for the fuzzer what was reached and compared.
#
#   scripts/build_fuzzers.sh OUTDIR
#
# Environment: FUZZ_CC a clang with libFuzzer, clang by default.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p "$1"
out=$(cd "$1" && pwd)
cc=${FUZZ_CC:-clang}
printf 'int LLVMFuzzerTestOneInput(const char *data, unsigned long size);\nint LLVMFuzzerTestOneInput(const char *data, unsigned long size) { return data && size ? 0 : 0; }\n' >"$out/probe.c"
if ! "$cc" -fsanitize=fuzzer,address,undefined "$out/probe.c" -o "$out/probe" 2>"$out/probe.log"; then
    cat "$out/probe.log" >&2
    echo "build_fuzzers.sh: $cc cannot build with libFuzzer; install clang and its compiler-rt, or set FUZZ_CC" >&2
    exit 1
fi
rm -f "$out"/probe*

# Only the library's own packages are counted: what ciphers and the curve do says nothing about the input, and takes long.
module=github.com/libsv2/libsv2
CC=$cc SV2_TAGS=libfuzzer SV2_GOFLAGS="-asan -gcflags=$module/...=-d=libfuzzer -gcflags=$module/internal/secp256k1=" \
    SV2_CFLAGS="-fsanitize=address,fuzzer-no-link" scripts/build_library.sh "$out"
awk -f test/c/header_tables.awk include/sv2.h >"$out/header_tables.h"
for source in test/fuzz/*.c; do
    "$cc" -std=c99 -g -O1 -Wall -Wextra -Wpedantic -Wconversion -Werror -fsanitize=fuzzer,address,undefined \
        -fno-sanitize-recover=all -Iinclude -I"$out" "$source" "$out/libsv2.a" -lpthread -ldl -o "$out/$(basename "$source" .c)"
done
