#!/usr/bin/env bash
# Builds and runs the tests of the examples: the C miner's coinbase, the provider's node side, the provider itself over its
# socket against a scripted node, plain and encrypted, and the miner against servers that it must not trust.
#
#   scripts/test_examples.sh BUILD_DIR
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1
read -ra cc <<<"${CC:-gcc}"
read -ra cxx <<<"${CXX:-g++}"
cc+=(-std=c99 -D_POSIX_C_SOURCE=200809L -O1 -Wall -Wextra -Wpedantic -Wconversion -Werror -Iinclude)
cxx+=(-std=c++17 -O1 -Wall -Wextra -Wpedantic -Wconversion -Werror -Iinclude -Iexamples/cpp-interop)
mkdir -p "$build/examples"

run() {
    local name=$1
    shift
    local out
    if out=$("$@" 2>&1); then
        echo "test_examples: $name: ok"
    else
        printf '%s\n' "$out"
        echo "test_examples: $name: FAILED" >&2
        exit 1
    fi
}

c=examples/c
"${cc[@]}" $c/tests/coinbase_test.c $c/{block_header,block_template,byte_writer,coinbase,hexadecimal,payout,sha256d}.c \
    -lcrypto -o "$build/examples/coinbase_test"
run coinbase "$build/examples/coinbase_test"

# The objects of the provider are linked with each test, without its main.
objects=()
for object in "$build"/cpp-interop/*.o; do
    # An object may be left of a file that has another name now.
    [[ $object == */template_provider.o || ! -f examples/cpp-interop/$(basename "$object" .o).cpp ]] || objects+=("$object")
done
built=()
for test in encoding block_template template_builder bitcoin_node provider encrypted_link miner_link; do
    "${cxx[@]}" "examples/cpp-interop/tests/${test}_test.cpp" "${objects[@]}" "$build/libsv2.a" -lcurl -lcrypto -pthread \
        -o "$build/examples/${test}_test" &
    built+=($!)
done
for job in "${built[@]}"; do
    wait "$job" # alone, it would not tell that a compiler failed
done
for test in encoding block_template template_builder bitcoin_node; do
    run "$test" "$build/examples/${test}_test"
done
run provider "$build/examples/provider_test" "$build/template_provider"
run encrypted_link "$build/examples/encrypted_link_test" "$build/template_provider"
run miner_link "$build/examples/miner_link_test" "$build/miner"
