#!/usr/bin/env bash
# Prints the GOARCH, and the GOARM where there is one, of a compiler's target triple.
case ${1:-} in
x86_64-*) echo amd64 ;;
i?86-*) echo 386 ;;
aarch64-*) echo arm64 ;;
arm-*hf) echo arm 7 ;;
riscv64-*) echo riscv64 ;;
*)
    echo "goarch.sh: libsv2 does not support ${1:-(no target)}" >&2
    exit 1
    ;;
esac
