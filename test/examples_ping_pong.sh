#!/usr/bin/env bash
# Compiles examples/ping-pong as its README says, runs server and client of both programs on free ports, and checks what
# they print.
#
#   test/examples_ping_pong.sh BUILD_DIR
set -euo pipefail
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
work=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
fail() {
    echo "examples_ping_pong: $1" >&2
    tail -n 20 "$work"/*.log >&2
    exit 1
}

warnings="-Wall -Wextra -Wpedantic -Wconversion -Werror"
for program in plain encrypted; do
    # shellcheck disable=SC2086
    "${CC:-gcc}" -std=c99 -D_POSIX_C_SOURCE=200809L -O2 $warnings ${SV2_TEST_CFLAGS:-} -Iinclude \
        examples/ping-pong/{$program,game,socket}.c "$build/libsv2.a" -lpthread -o "$work/$program"
done
go build -o "$work/sv2-key" ./cmd/sv2-key

# Starts a server on a free port and sets address and, if it prints one, authority.
serve() { # PROGRAM OPTIONS...
    local program=$1
    shift
    : >"$work/server.log"
    "$work/$program" server --listen 127.0.0.1:0 "$@" >"$work/server.log" 2>&1 &
    server=$!
    for _ in {1..200}; do
        address=$(sed -n 's/^listening on //p' "$work/server.log")
        [[ -z $address ]] || break
        kill -0 "$server" 2>/dev/null || fail "the server did not start"
        sleep 0.05
    done
    authority=$(sed -n 's/^authority //p' "$work/server.log")
}

# Runs a client and waits for the server; both end as said.
play() { # NAME CLIENT_STATUS SERVER_STATUS PROGRAM OPTIONS...
    local name=$1 want=$2 server_want=$3 program=$4 got=0 server_got=0
    shift 4
    timeout 60 "$work/$program" client --connect "$address" "$@" >"$work/client.log" 2>&1 || got=$?
    wait "$server" || server_got=$?
    server=
    [[ $got -eq $want ]] || fail "$name: the client ended with $got, want $want"
    [[ $server_got -eq $server_want ]] || fail "$name: the server ended with $server_got, want $server_want"
}

says() { # FILE TEXT
    grep -qF -- "$2" "$work/$1.log" || fail "$1 does not say: $2"
}

serve plain
play plain 0 0 plain --count 5
says client "pong 5: hello"
says server "answered 5 pings"

serve encrypted
play encrypted 0 0 encrypted --authority "$authority"
says client "certificate, signed by the authority"
says client "valid until"
says client "pong 3: hello"
says server "answered 3 pings"

serve encrypted
play insecure 0 0 encrypted --insecure --count 1
says client "certificate, NOT CHECKED"
says server "answered 1 pings"

# Another authority: the client says so and sends nothing.
serve encrypted
play "wrong authority" 1 0 encrypted --authority 9auqWEzQDVyd2oe1JVGFLMLHZtCo2FFqZwtKA5gd9xbuEu7PH72
says client "the certificate is not signed by the configured authority"
says server "answered 0 pings"

# Keys from files.
"$work/sv2-key" generate "$work/authority.key" >"$work/key.log"
"$work/sv2-key" generate "$work/server.key" >>"$work/key.log"
"$work/sv2-key" sign -authority "$work/authority.key" -server "$work/server.key" "$work/server.crt" >>"$work/key.log"
"$work/sv2-key" sign -from 1 -until 2 -authority "$work/authority.key" -server "$work/server.key" "$work/old.crt" \
    >>"$work/key.log"
key=$("$work/sv2-key" show "$work/authority.key" | grep -oE '9[1-9A-HJ-NP-Za-km-z]{49,51}' | head -n 1)
serve encrypted --key "$work/server.key" --certificate "$work/server.crt"
play files 0 0 encrypted --authority "$key"
says server "answered 3 pings"
serve encrypted --key "$work/server.key" --certificate "$work/old.crt"
play expired 1 0 encrypted --authority "$key"
says client "the certificate has expired"

# A plain client at an encrypted server: it gets no pong.
serve encrypted
(sleep 1 && kill "$server" 2>/dev/null) &
timeout 10 "$work/plain" client --connect "$address" >"$work/client.log" 2>&1 && fail "plain: it got a pong"
wait "$server" 2>/dev/null || true
server=
for arguments in "" "server --connect x:1" "client --count" "client --insecure --count x" "client" "client --authority a --insecure" "neither"; do
    got=0
    # shellcheck disable=SC2086
    "$work/encrypted" $arguments >"$work/client.log" 2>&1 || got=$?
    [[ $got -eq 2 ]] || fail "'$arguments' ended with $got, want 2"
done
echo "examples_ping_pong: everything passed"
