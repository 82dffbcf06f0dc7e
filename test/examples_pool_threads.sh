#!/usr/bin/env bash
# Runs examples/pool-threads against examples/cpp-server on free ports, and the server against many clients and bad ones,
# and checks what they print.
#
#   test/examples_pool_threads.sh BUILD_DIR
#
# Environment: CC, CXX; SV2_TEST_CFLAGS and SV2_TEST_CXXFLAGS for a sanitizer.
set -euo pipefail
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
work=$(mktemp -d)
declare -A process=()
trap 'for name in "${!process[@]}"; do kill -9 "${process[$name]}" 2>/dev/null || true; done; rm -rf "$work"' EXIT
fail() {
    echo "examples_pool_threads: $1" >&2
    tail -n 25 "$work"/*.log >&2
    exit 1
}

flags="-O1 -g -Wall -Wextra -Wpedantic -Wconversion -Werror -Iinclude"
cxx_flags="$flags ${SV2_TEST_CXXFLAGS:-}"
# shellcheck disable=SC2086
"${CC:-gcc}" -std=c99 -D_POSIX_C_SOURCE=200809L $flags ${SV2_TEST_CFLAGS:-} examples/pool-threads/*.c "$build/libsv2.a" -lpthread \
    -o "$work/pool_threads"
# shellcheck disable=SC2086
"${CXX:-g++}" -std=c++17 $cxx_flags examples/cpp-server/tests/load_clients.cpp "$build/libsv2.a" -pthread -o "$work/load_clients"
# shellcheck disable=SC2086
"${CXX:-g++}" -std=c++17 $cxx_flags examples/cpp-server/*.cpp "$build/libsv2.a" -pthread -o "$work/mining_server"
# shellcheck disable=SC2086
"${CC:-gcc}" -std=c99 -D_POSIX_C_SOURCE=200809L $flags ${SV2_TEST_CFLAGS:-} \
    examples/pool-threads/{tests/share_queue_test,share_queue}.c -lpthread -o "$work/share_queue_test"
go build -o "$work/sv2-key" ./cmd/sv2-key
go build -o "$work/sv2-sniff" ./cmd/sv2-sniff

# Starts a program as NAME with its output in NAME.log.
start() { # NAME PROGRAM OPTIONS...
    local name=$1 program=$2
    shift 2
    : >"$work/$name.log"
    "$work/$program" "$@" >>"$work/$name.log" 2>&1 &
    process[$name]=$!
}

# Waits until NAME has said TEXT so many times.
await() { # NAME TEXT [TIMES]
    local times=${3:-1}
    for _ in {1..600}; do
        [[ $(grep -cE -- "$2" "$work/$1.log") -lt $times ]] || return 0
        kill -0 "${process[$1]}" 2>/dev/null || break
        sleep 0.05
    done
    [[ $(grep -cE -- "$2" "$work/$1.log") -ge $times ]] || fail "$1 did not say $times times: $2"
}

# Sends a signal to NAME and waits for its end.
end() { # NAME SIGNAL STATUS
    local got=0
    {
        [[ $2 == none ]] || kill "-$2" "${process[$1]}"
        for _ in {1..600}; do
            kill -0 "${process[$1]}" || break
            sleep 0.05
        done
        kill -KILL "${process[$1]}" || true # it hangs: 137 is not what is wanted
        wait "${process[$1]}" || got=$?
    } 2>/dev/null # the shell has words about what was killed
    unset "process[$1]"
    [[ $got -eq $3 ]] || fail "$1 ended with $got, want $3"
}

# Starts a server and sets url and port.
serve() { # NAME OPTIONS...
    local name=$1
    shift
    start "$name" mining_server --job-interval 300 --log 3 "$@"
    await "$name" '^stratum2\+tcp://'
    url=$(sed -n 1p "$work/$name.log")
    port=${url#stratum2+tcp://127.0.0.1:}
    port=${port%/*}
}

says() { grep -qE -- "$2" "$work/$1.log" || fail "$1 does not say: $2"; }
never_says() { ! grep -qE -- "$2" "$work/$1.log" || fail "$1 says: $2"; }
# How many lines of NAME are of TEXT.
lines() { grep -cE -- "$2" "$work/$1.log" || true; }
passed() { echo "examples_pool_threads: $1: ok"; }

"$work/share_queue_test" >"$work/share_queue_test.log" 2>&1 || fail "share_queue_test failed"
passed "the queue of shares"

# Both servers and all that come after them have keys from files, so that a server that comes back is the same one.
for name in authority stranger server; do
    "$work/sv2-key" generate "$work/$name.key" >"$work/$name.public"
done
"$work/sv2-key" sign -authority "$work/authority.key" -server "$work/server.key" "$work/server.crt" >/dev/null
keys=(--key "$work/server.key" --certificate "$work/server.crt")

# Two pools at once, each with a receiving and a submitting thread. One dies; the other does not notice, and the one that
# died is connected again when it is back (S1-09, S1-10).
serve first --listen 127.0.0.1:0 "${keys[@]}"
first=$url first_port=$port
serve second --listen 127.0.0.1:0 "${keys[@]}"
second=$url second_port=$port
start miner pool_threads --pool "$first" --pool "$second" --interval 10 --retry 100 --user alice
await miner "pool 0 .*established: extensions 0x2"
await miner "pool 0 .*accepted" 10
await miner "pool 1 .*accepted" 10
end first KILL 137
await miner "pool 0 .*(peer closed|cannot be made|no connection)"
before=$(lines miner "pool 1 .*accepted")
await miner "pool 1 .*accepted" $((before + 20))
established=$(lines miner "pool 0 .*established: ext")
serve first --listen "127.0.0.1:$first_port" "${keys[@]}"
await miner "pool 0 .*established: ext" $((established + 1))
before=$(lines miner "pool 0 .*accepted")
await miner "pool 0 .*accepted" $((before + 5))
[[ $(lines miner "pool 1 .*established: ext") -eq 1 ]] || fail "pool 1 was connected again"
end miner TERM 0
says miner "pool 0: [0-9]+ shares sent, [1-9][0-9]* accepted"
never_says miner "objects of the library are left"
passed "two pools, one dies and comes back"

# The same pools as a list. The first dies: the second is used. It comes back: it is probed with a whole handshake, and
# shares have somewhere to go until the way back is made (S1-10).
start miner pool_threads --failover --pool "$first" --pool "$second" --interval 10 --retry 50 --probe 100 --user alice
await miner "pool 0 127.0.0.1:$first_port: .*accepted" 5
end first KILL 137
await miner "pool 0 127.0.0.1:$second_port: .*accepted" 5
await miner "pool 0 127.0.0.1:$first_port: probes" 2
serve first --listen "127.0.0.1:$first_port" "${keys[@]}"
await miner "pool 0 127.0.0.1:$first_port: .*established: ext" 5
await miner "pool 0 127.0.0.1:$second_port: end: established: the session was closed by this program"
line_of() { grep -nE -- "$1" "$work/miner.log" | tail -n 1 | cut -d: -f1; }
[[ $(line_of "$first_port: established: ext") -lt $(line_of "$second_port: end: established") ]] ||
    fail "the second pool was left before the first was there"
before=$(lines miner "pool 0 127.0.0.1:$first_port: .*accepted")
await miner "pool 0 127.0.0.1:$first_port: .*accepted" $((before + 5))
end miner TERM 0
passed "failover and the way back"

# A server that stops sends its miners to another port of its host, of the same authority (CM-01, CM-02, CM-04).
start miner pool_threads --pool "$first" --interval 10 --retry 50
await miner "accepted" 5
end first TERM 0
serve first --listen "127.0.0.1:$first_port" --move-to "$second_port" "${keys[@]}"
await miner "127.0.0.1:$first_port: .*established: ext" 2
end first TERM 0
await miner "127.0.0.1:$first_port: is sent away"
await miner "127.0.0.1:$second_port: .*accepted" 5
end miner TERM 0
passed "Reconnect"

# A pool that says nothing for too long is lost, and asked again (S1-10).
serve quiet --listen 127.0.0.1:0 --job-interval 1000000
start miner pool_threads --pool "$url" --interval 1000000 --silence 300 --retry 50
await miner "no message came from the peer for too long" 2
end miner TERM 0
end quiet TERM 0
passed "silence"

# A user whose name is longer than what goes with a share: its workers still differ.
start sniff sv2-sniff -connections 1 "$second"
await sniff "clients connect to"
start miner pool_threads --pool "$(grep -oE 'stratum2\+tcp://[^;]*' "$work/sniff.log")" --interval 10 --shares 4 \
    --user bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq
end miner none 0
end sniff none 0
for worker in 0 1; do
    says sniff "SubmitSharesExtended .*user_identity=\"bc1qar0srrr7xfkvy5l643lydnw9re\.$worker\""
done
passed "long names"

# Another authority's key: refused as such, with class and text, and not tried again (S1-08).
stranger=$(grep -oE '9[1-9A-HJ-NP-Za-km-z]{49,51}' "$work/stranger.public" | head -n 1)
start miner pool_threads --pool "${second%/*}/$stranger" --retry 50
end miner none 1
says miner "gives up: not the server it should be: .*not signed by the configured authority \(SV2_ERR_CERTIFICATE_AUTHORITY\)"
[[ $(lines miner "connects") -eq 1 ]] || fail "a stranger was asked again"
# One hopeless pool does not end the other.
start miner pool_threads --pool "${second%/*}/$stranger" --pool "$second" --interval 10 --shares 10
end miner none 0
says miner "pool 0: gives up: not the server"
passed "a wrong key"

# What is refused before anything is connected, and a pool of Stratum V1 in a way of its own (S1-12, S1-13).
refused() { # STATUS SV2_POOL OPTIONS...
    local want=$1 pool=$2 got=0
    shift 2
    SV2_POOL=$pool timeout 20 "$work/pool_threads" "$@" >"$work/usage.log" 2>&1 || got=$?
    [[ $got -eq $want ]] || fail "SV2_POOL='$pool' and '$*' ended with $got, want $want"
}
refused 2 ""
refused 2 "" --pool
refused 2 "" --pool "${second%/*}"
refused 2 "" --pool "$second" --interval x
refused 2 "" --pool "$second" --user "$(printf '%0256d' 0)"
refused 3 "" --pool stratum+tcp://127.0.0.1:3333
passed "the command line"

# The environment selects the pool, and by its URL the protocol (S1-15). --pool is stronger.
refused 3 stratum+tcp://127.0.0.1:3333
refused 3 127.0.0.1:3333
refused 2 "${second%/*}"
SV2_POOL=$second start miner pool_threads --interval 10 --shares 3
end miner none 0
says miner "pool 0 127.0.0.1:$second_port: .*established"
SV2_POOL=stratum+tcp://127.0.0.1:3333 start miner pool_threads --pool "$second" --interval 10 --shares 3
end miner none 0
passed "the environment"
end second TERM 0

load() { # STATUS OPTIONS...
    local want=$1 got=0
    shift
    timeout 120 "$work/load_clients" "$@" >"$work/load.log" 2>&1 || got=$?
    [[ $got -eq $want ]] || fail "load_clients ended with $got, want $want"
}

# Many clients at once, and bad ones beside them: silent before the handshake, garbage, and some that never read, which are
# cut once their bound is reached. The good ones do not notice. No new tip makes shares stale meanwhile.
serve many --listen 127.0.0.1:0 --log 1 --job-interval 1000000 --unestablished 300 --output 8192 --sessions-report 100
load 0 "$url" --clients "${SV2_TEST_CLIENTS:-1000}" --shares 3 --hold 400
says load "refused 0, ended 0"
load 0 "$url" --clients 50 --shares 20 --silent 20 --garbage 20 --deaf 3
says load "bad ones cut 23, done 50"
end many TERM 0
says many "does not read what it is sent"
says many "0 turned away, 20 failed, 3 cut"
says many "${SV2_TEST_CLIENTS:-1000} sessions, ${SV2_TEST_CLIENTS:-1000} established"
says many "memory: ${SV2_TEST_CLIENTS:-1000} sessions took"
passed "many clients and bad ones"

# Bounds: above --clients connections are closed at once; handshakes above the rate wait, and are done in the end.
serve full --listen 127.0.0.1:0 --clients 5
load 1 "$url" --clients 8 --timeout 1500
says load "established 5,"
end full TERM 0
says full "8 came, 3 turned away"
serve slow --listen 127.0.0.1:0 --handshakes 20
load 0 "$url" --clients 30 --shares 1
end slow TERM 0
passed "bounds"

# Setups that are refused, and why (SE-13, E1-14).
serve strict --listen 127.0.0.1:0 --require-worker-identity
load 1 "$url" --clients 1 --flags 3 --timeout 500
says load "an end: .*unsupported-feature-flags"
load 1 "$url" --clients 1 --extensions 0 --timeout 500
says load "established 1, channels 0"
load 0 "$url" --clients 1
end strict TERM 0
passed "refused setups"

# Keys that no client would accept stop the server.
"$work/sv2-key" sign -from 1 -until 2 -authority "$work/authority.key" -server "$work/server.key" "$work/old.crt" >/dev/null
start old mining_server --listen 127.0.0.1:0 --key "$work/server.key" --certificate "$work/old.crt"
end old none 1
says old "the certificate has expired"
chmod 644 "$work/server.key"
start open mining_server --listen 127.0.0.1:0 "${keys[@]}"
end open none 1
says open "open to other users"
passed "keys"
echo "examples_pool_threads: everything passed"
