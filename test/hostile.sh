#!/usr/bin/env bash
# Builds the programs that test/hostile is hostile to, and runs the corpus of bad peers against all of them.
# `go test ./test/hostile` has sv2/session and sv2/node.
#
#   test/hostile.sh BUILD_DIR [OPTIONS OF test/hostile]
set -euo pipefail
build=$(cd "$1" && pwd)
shift
cd "$(dirname "$0")/.."
mkdir -p "$build/hostile"
read -ra cc <<<"${CC:-gcc}"
cc+=(-std=c99 -D_POSIX_C_SOURCE=200809L -O2 -g -Wall -Wextra -Wpedantic -Wconversion -Werror -Iinclude)
# shellcheck disable=SC2206
cc+=(${SV2_TEST_CFLAGS:-})
for program in plain encrypted; do
    "${cc[@]}" examples/ping-pong/{$program,game,socket}.c "$build/libsv2.a" -lpthread -o "$build/hostile/$program"
done
for victim in library session; do
    "${cc[@]}" test/hostile/c/{${victim}_victim,program}.c "$build/libsv2.a" -lpthread -o "$build/hostile/${victim}_victim"
done
"${cc[@]}" examples/pool-threads/*.c "$build/libsv2.a" -lpthread -o "$build/hostile/pool_threads"
cxx="${CXX:-g++} -std=c++17 -O2 -g -Wall -Wextra -Wpedantic -Wconversion -Werror -Iinclude ${SV2_TEST_CXXFLAGS:-${SV2_TEST_CFLAGS:-}}"
# shellcheck disable=SC2086
$cxx examples/cpp-server/*.cpp "$build/libsv2.a" -pthread -o "$build/hostile/mining_server"
for program in server client; do
    go build -o "$build/hostile/go-$program" ./examples/go/$program
done
go build -o "$build/hostile/hostile" ./test/hostile
if [[ $# -gt 0 ]]; then
    exec "$build/hostile/hostile" --build "$build" "$@"
fi
for victim in libsv2.a sv2_session ping-pong examples/go template_provider miner mining_server pool_threads; do
    "$build/hostile/hostile" --build "$build" --quiet --victim "$victim"
done
echo "hostile: everything passed"
