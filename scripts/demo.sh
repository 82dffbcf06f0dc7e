#!/usr/bin/env bash
# The main job, from nothing: builds sv2-key, installs a Bitcoin node, and lets examples/demo run them with the C miner and
# the C++ template provider of BUILD_DIR until three blocks that the miner found are in the node's chain.
#
#   scripts/demo.sh BUILD_DIR [options of examples/demo]
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1
shift
node=github.com/btcsuite/btcd@v0.26.2
version=${node##*@}
mkdir -p "$build/bin"
build=$(cd "$build" && pwd)
if ! "$build/bin/btcd" --version 2>/dev/null | grep -qF "${version#v}"; then
    echo "Installing the Bitcoin node: $node" >&2
    GOBIN="$build/bin" GOFLAGS= go install "$node"
fi
go build -o "$build/sv2-key" ./cmd/sv2-key
exec go run ./examples/demo --build "$build" "$@"
