#!/usr/bin/env bash
# Makes sure that what a target needs beyond Go, a C and a C++ compiler and make is there: installs it where it may, and
# otherwise prints the one command that does.
#
#   scripts/install_packages.sh demo     libcurl, nlohmann-json and libcrypto, for the examples
#   scripts/install_packages.sh check    besides: valgrind, clang-format, clang and cross compilers, for make check
set -euo pipefail

read -ra cxx <<<"${CXX:-g++}"
header() { echo "#include <$1>" | "${cxx[@]}" -std=c++17 -x c++ -fsyntax-only - 2>/dev/null; }

apt=() dnf=() apk=() pacman=()
need() { # apt dnf apk pacman
    apt+=("$1") dnf+=("$2") apk+=("$3") pacman+=("$4")
}
header curl/curl.h || need libcurl4-openssl-dev libcurl-devel curl-dev curl
header nlohmann/json.hpp || need nlohmann-json3-dev json-devel nlohmann-json nlohmann-json
header openssl/evp.h || need libssl-dev openssl-devel openssl-dev openssl
if [[ ${1:-demo} == check ]]; then
    command -v valgrind >/dev/null || need valgrind valgrind valgrind valgrind
    command -v clang-format >/dev/null || need clang-format clang-tools-extra clang-extra-tools clang
    command -v clang >/dev/null || need clang clang clang clang
    # Compilers of control boards are installed where their names are known: Debian and its relatives.
    if command -v apt-get >/dev/null; then
        command -v arm-linux-gnueabihf-gcc >/dev/null || apt+=(gcc-arm-linux-gnueabihf libc6-dev-armhf-cross)
        command -v aarch64-linux-gnu-gcc >/dev/null || apt+=(gcc-aarch64-linux-gnu libc6-dev-arm64-cross)
        command -v qemu-arm >/dev/null || apt+=(qemu-user)
        command -v musl-gcc >/dev/null || apt+=(musl-tools)
    fi
fi
[[ ${#apt[@]} -eq 0 ]] && exit 0

if command -v apt-get >/dev/null; then command=(apt-get install -y "${apt[@]}")
elif command -v dnf >/dev/null; then command=(dnf install -y "${dnf[@]}")
elif command -v apk >/dev/null; then command=(apk add "${apk[@]}")
elif command -v pacman >/dev/null; then command=(pacman -S --noconfirm "${pacman[@]}")
else
    echo "These are missing, and no package manager is known here: ${apt[*]}" >&2
    exit 1
fi
if [[ $(id -u) -ne 0 ]]; then
    if sudo -n true 2>/dev/null; then
        command=(sudo "${command[@]}")
    else
        echo "These are missing. Install them with:" >&2
        echo "    sudo ${command[*]}" >&2
        exit 1
    fi
fi
echo "Installing: ${command[*]}"
if [[ ${command[*]} == *apt-get* ]]; then
    export DEBIAN_FRONTEND=noninteractive
    "${command[@]}" >/dev/null 2>&1 || {
        if [[ ${command[0]} == sudo ]]; then sudo apt-get update -q >/dev/null; else apt-get update -q >/dev/null; fi
        "${command[@]}" >/dev/null
    }
else
    "${command[@]}"
fi
