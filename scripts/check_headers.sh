#!/usr/bin/env bash
# Compiles the public headers, alone, in every language version that they promise, without a warning; and checks the layout
# of the structs with the compiler, for 64 and for 32 bit.
set -euo pipefail
cd "$(dirname "$0")/.."
warnings="-Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wundef -Werror"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Twice, to see that the guard holds, and in front of everything else, to see that nothing is missing.
printf '#include "sv2.h"\n#include "sv2.h"\nint main(void);\nint main(void) { return 0; }\n' >"$work/header.c"
printf '#include "sv2.h"\n#include "sv2.h"\nint main() { return 0; }\n' >"$work/header.cpp"
printf '#include "sv2.hpp"\n#include "sv2.hpp"\nint main() { return 0; }\n' >"$work/view.cpp"

count=0
try() { # TEXT COMPILER...
    local text=$1
    shift
    if ! "$@" >"$work/log" 2>&1; then
        echo "FAILED: $text" >&2
        head -n 40 "$work/log" >&2
        exit 1
    fi
    count=$((count + 1))
    echo "ok   $text"
}

c_compilers=(gcc) cpp_compilers=(g++)
if command -v clang >/dev/null; then c_compilers+=(clang); fi
if command -v clang++ >/dev/null; then cpp_compilers+=(clang++); fi

# shellcheck disable=SC2086
for cc in "${c_compilers[@]}"; do
    for standard in c99 c11 c17; do
        try "sv2.h as $standard, $cc" "$cc" -std=$standard $warnings -Wstrict-prototypes -Iinclude -fsyntax-only "$work/header.c"
    done
    try "sv2.h as c99 freestanding, $cc" "$cc" -std=c99 -ffreestanding $warnings -Iinclude -fsyntax-only "$work/header.c"
    try "sv2.h as c99 freestanding, 32 bit, $cc" "$cc" -m32 -std=c99 -ffreestanding $warnings -Iinclude -fsyntax-only "$work/header.c"
done
# shellcheck disable=SC2086
for cxx in "${cpp_compilers[@]}"; do
    for standard in c++11 c++17 c++20; do
        try "sv2.h as $standard, $cxx" "$cxx" -std=$standard $warnings -Iinclude -fsyntax-only "$work/header.cpp"
    done
    for standard in c++17 c++20; do
        try "sv2.hpp as $standard, $cxx" "$cxx" -std=$standard $warnings -Iinclude -fsyntax-only "$work/view.cpp"
        try "sv2.hpp as $standard without exceptions and RTTI, $cxx" "$cxx" -std=$standard -fno-exceptions -fno-rtti $warnings -Iinclude -fsyntax-only "$work/view.cpp"
    done
done
if grep -q '[^[:space:]]' test/c/zlayout.c 2>/dev/null; then
    for cc in "${c_compilers[@]}"; do
        try "layout, 64 bit, $cc" "$cc" -std=c11 -Iinclude -Werror -fsyntax-only test/c/zlayout.c
        try "layout, 32 bit, $cc" "$cc" -m32 -std=c11 -ffreestanding -Iinclude -Werror -fsyntax-only test/c/zlayout.c
        # 32 bit with 8-byte alignment of 64-bit integers, as on ARM.
        try "layout, 32 bit aligned, $cc" "$cc" -m32 -malign-double -std=c11 -ffreestanding -Iinclude -Werror -fsyntax-only test/c/zlayout.c
    done
    # The check must be one: a member of another size is noticed.
    sed 's/^    uint32_t struct_size;/    uint64_t struct_size;/; s/^    uint8_t protocol;/    uint64_t protocol;/' include/sv2.h >"$work/sv2.h"
    if gcc -std=c11 -I"$work" -fsyntax-only test/c/zlayout.c 2>/dev/null; then
        echo "FAILED: zlayout.c accepts a changed struct" >&2
        exit 1
    fi
    echo "ok   layout: a changed struct is refused"
else
    echo "FAILED: test/c/zlayout.c is empty" >&2
    exit 1
fi
# Nothing but the two headers that even a freestanding compiler has.
includes=$(grep -o '^#include <[^>]*>' include/sv2.h | sort -u | tr '\n' ' ')
if [[ $includes != "#include <stddef.h> #include <stdint.h> " ]]; then
    echo "FAILED: sv2.h includes $includes" >&2
    exit 1
fi
echo "headers: $count compilations, all good"
