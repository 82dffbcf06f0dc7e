#!/usr/bin/env bash
# Builds libsv2.a and libsv2.so.
#
#   scripts/build_library.sh OUTDIR [GOARCH [GOARM]]
#
# Environment: CC, AR, OBJCOPY, LD for the target; SV2_TAGS Go build tags (sv2debug, libfuzzer); SV2_GOFLAGS further go build flags
# (-asan, -race); SV2_CFLAGS flags for the C shim and the link. With the tag libfuzzer there is only an archive: its Go code
# calls into the fuzzer, which is part of a program.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$1
goarch=${2:-$(go env GOARCH)}
goarm=${3:-7}
# Each tool may come with arguments, as ccache and cross-compiling build systems set them.
read -ra cc <<<"${CC:-gcc}"
prefix=$("${cc[@]}" -dumpmachine)
tool() { command -v "$prefix-$1" || command -v "$1"; }
read -ra ar <<<"${AR:-$(tool ar)}"
read -ra ld <<<"${LD:-$(tool ld)}"
read -ra objcopy <<<"${OBJCOPY:-$(tool objcopy)}"
read -ra readelf <<<"${READELF:-$(tool readelf)}"
tags=${SV2_TAGS:-}
cflags="-O2 -fPIC -std=c99 -fvisibility=hidden -Wall -Wextra -Wpedantic -Wconversion -Werror ${SV2_CFLAGS:-}"
[[ $tags == *sv2debug* ]] && cflags+=" -DSV2_DEBUG"

mkdir -p "$out"
out=$(cd "$out" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The same inputs give the same bytes: no paths, no build ids, no version control stamp.
CGO_ENABLED=1 GOOS=linux GOARCH=$goarch GOARM=$goarm CC="${cc[*]}" CGO_CFLAGS="-O2 -g0" \
    go build -trimpath -buildvcs=false -buildmode=c-archive ${tags:+-tags "$tags"} ${SV2_GOFLAGS:-} \
    -ldflags "-s -w -buildid=" -o "$work/go.a" ./capi

objects=()
for source in capi/shim/*.c; do
    object=$work/shim_$(basename "$source" .c).o
    # shellcheck disable=SC2086
    "${cc[@]}" $cflags -Iinclude -DSV2_GO_VERSION="\"$(go env GOVERSION)\"" -ffile-prefix-map="$PWD"=. -c "$source" -o "$object"
    objects+=("$object")
done

# Go's archive starts its runtime when the program is loaded. capi/shim/start.c does that at the first call instead: take
# the entry out, after checking that it is the one and only one that we know.
(cd "$work" && "${ar[@]}" x go.a)
start=_rt0_${goarch}_linux_lib
entries=$("${readelf[@]}" -W -r "$work/go.o" | awk '/^Relocation section/ { inside = /\.init_array/ } inside && /R_/' )
if [[ $(grep -c . <<<"$entries") -ne 1 ]] || { [[ $entries != *"$start"* ]] && [[ $entries != *.text* ]]; }; then
    echo "build_library.sh: this Go toolchain starts its runtime in a way that is not known here:" >&2
    echo "$entries" >&2
    exit 1
fi
"${objcopy[@]}" --remove-section=.init_array --remove-section=.rela.init_array --remove-section=.rel.init_array \
    --globalize-symbol="$start" "$work/go.o"

# One object in which only sv2_* is global: a program's own symbols can neither clash with nor replace the runtime's.
# go.o comes last: GNU ld 2.40 for aarch64 crashes on an object that starts with it.
"${ld[@]}" -r -d -o "$work/all.o" "${objects[@]}" "$work"/0*.o "$work/go.o"
"${objcopy[@]}" --wildcard --keep-global-symbol='sv2_*' "$work/all.o" "$work/sv2.o"
"${ar[@]}" rcsD "$work/libsv2.a" "$work/sv2.o"

if [[ $tags != *libfuzzer* ]]; then
    version=$(awk '/define SV2_VERSION_(MAJOR|MINOR|PATCH) / { v = v "." $3 } END { print substr(v, 2) }' include/sv2.h)
    major=${version%%.*}
    printf 'SV2_%s { global: sv2_*; local: *; };\n' "$major" >"$work/sv2.map"
    # shellcheck disable=SC2086
    "${cc[@]}" ${SV2_CFLAGS:-} -shared -o "$out/libsv2.so.$version" "$work/sv2.o" -lpthread \
        -Wl,--version-script="$work/sv2.map" -Wl,-soname,"libsv2.so.$major" -Wl,-z,now -Wl,-z,nodelete -Wl,-z,noexecstack \
        -Wl,--build-id=none -Wl,-Bsymbolic
    ln -sf "libsv2.so.$version" "$out/libsv2.so.$major"
    ln -sf "libsv2.so.$major" "$out/libsv2.so"
fi

# The archive comes last: it is what make looks at.
mv -f "$work/libsv2.a" "$out/libsv2.a"
