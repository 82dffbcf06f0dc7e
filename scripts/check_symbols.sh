#!/usr/bin/env bash
# Checks what libsv2.a and libsv2.so show to the outside.
#
#   scripts/check_symbols.sh BUILD_DIR
#
# Exported names == functions that sv2.h declares == names in docs/symbols-in-versions; SONAME and version node; nothing
# undefined but what libc and libpthread have; no executable stack; no Go start at load; size within its budget.
set -euo pipefail
build=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
CC=${CC:-gcc} NM=${NM:-nm} READELF=${READELF:-readelf} STRIP=${STRIP:-strip}
archive=$build/libsv2.a
library=$build/libsv2.so
budget=$((4 * 1000 * 1000))
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
fail() {
    failed=1
    echo "FAILED: $*" >&2
}
same() { # TEXT FILE FILE
    if ! diff -u "$2" "$3" >"$work/diff"; then
        fail "$1 differ:"
        head -n 20 "$work/diff" >&2
    else
        echo "ok   $1 ($(wc -l <"$2") names)"
    fi
}
export LC_ALL=C

version=$(awk '/define SV2_VERSION_(MAJOR|MINOR|PATCH) / { v = v "." $3 } END { print substr(v, 2) }' include/sv2.h)
major=${version%%.*}

grep -o '^SV2_API [^;]*' include/sv2.h | grep -oE 'sv2_[a-z0-9_]+\(' | tr -d '(' | sort -u >"$work/header"
grep -oE '^sv2_[a-z0-9_]+' docs/symbols-in-versions | sort -u >"$work/documented"
"$NM" -g --defined-only "$archive" | awk 'NF == 3 { print $3 }' | sort -u >"$work/archive"
"$NM" -D --defined-only "$library" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort -u >"$work/library"
same "sv2.h and docs/symbols-in-versions" "$work/header" "$work/documented"
same "sv2.h and libsv2.a" "$work/header" "$work/archive"
same "sv2.h and libsv2.so" "$work/header" "$work/library"
if grep -qvE '^sv2_' "$work/archive" "$work/library"; then
    fail "a name does not start with sv2_"
fi
if "$NM" -g --defined-only "$archive" | awk 'NF == 3 && $2 != "T" { bad = 1 } END { exit !bad }'; then
    fail "libsv2.a exports something that is no function"
fi
duplicates=$(awk '/^sv2_/ { print $1 }' docs/symbols-in-versions | sort | uniq -d)
[[ -z $duplicates ]] || fail "twice in docs/symbols-in-versions: $duplicates"

soname=$("$READELF" -d "$library" | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')
[[ $soname == "libsv2.so.$major" ]] && echo "ok   SONAME $soname" || fail "SONAME is '$soname'"
[[ $(readlink "$library") == "libsv2.so.$major" && $(readlink "$build/libsv2.so.$major") == "libsv2.so.$version" ]] &&
    echo "ok   links libsv2.so -> libsv2.so.$major -> libsv2.so.$version" || fail "links of libsv2.so"
nodes=$("$READELF" -V "$library" | awk '/Version definition section/ { inside = 1 } /Version needs section/ { inside = 0 }
    inside && /Name: SV2/ { print $NF }' | sort -u | tr '\n' ' ')
[[ $nodes == "SV2_$major " ]] && echo "ok   version node SV2_$major" || fail "version nodes are '$nodes'"
unversioned=$("$READELF" -W --dyn-syms "$library" | awk -v node="SV2_$major" '$8 ~ /^sv2_/ && $8 !~ "@@" node "$"' | wc -l)
[[ $unversioned -eq 0 ]] && echo "ok   every name has the node SV2_$major" || fail "$unversioned names without SV2_$major"

# Undefined names: the linker is the judge, with nothing but libc and libpthread.
if $CC -shared -o "$work/whole.so" -Wl,-z,defs -Wl,--whole-archive "$archive" -Wl,--no-whole-archive \
    -lpthread >"$work/log" 2>&1; then
    echo "ok   libsv2.a needs libc and libpthread only"
else
    fail "libsv2.a has names that libc and libpthread do not define:"
    head -n 20 "$work/log" >&2
fi
needed=$("$READELF" -d "$library" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | grep -vE '^(libc|libpthread|ld-)' || true)
[[ -z $needed ]] && echo "ok   libsv2.so needs libc and libpthread only" || fail "libsv2.so needs $needed"
foreign=$("$NM" -D --undefined-only "$library" | awk '$1 == "U" && $2 !~ /@GLIBC_/ { print $2 }' | tr '\n' ' ')
if "$READELF" -V "$library" | grep -q GLIBC_ && [[ -n $foreign ]]; then
    fail "undefined in libsv2.so, and not of glibc: $foreign"
fi

stack=$("$READELF" -lW "$library" | awk '/GNU_STACK/ { print $7 $8 }')
[[ $stack == RW* && $stack != *E* ]] && echo "ok   stack is not executable" || fail "GNU_STACK is '$stack'"
if "$READELF" -lW "$library" | awk '$1 == "LOAD" && /RWE/ { bad = 1 } END { exit !bad }'; then
    fail "a segment is writable and executable"
fi
"$READELF" -d "$library" | grep -q TEXTREL && fail "libsv2.so has text relocations"

# The runtime starts at the first call. What runs at load is the C compiler's own frame_dummy and nothing else: one pointer
# in .init_array of the library, none in the archive.
entries=$("$READELF" -SW "$library" | awk '{ sub(/\[ *[0-9]+\]/, "") } $1 == ".init_array" { print strtonum_hex($5) }
    function strtonum_hex(h,    i, n) { n = 0; h = tolower(h); for (i = 1; i <= length(h); i++) n = n * 16 + index("0123456789abcdef", substr(h, i, 1)) - 1; return n }')
pointer=$("$READELF" -h "$library" | awk '/Class:/ { print $2 == "ELF64" ? 8 : 4 }')
[[ ${entries:-0} -le $pointer ]] && echo "ok   nothing of Go in .init_array of libsv2.so" || fail ".init_array of libsv2.so has $entries bytes"
if "$READELF" -SW "$archive" | grep -qE '\.(init_array|ctors|preinit_array)'; then
    fail "libsv2.a has an .init_array"
else
    echo "ok   no .init_array in libsv2.a"
fi

cp -L "$library" "$work/stripped.so"
"$STRIP" "$work/stripped.so"
size=$(stat -c %s "$work/stripped.so")
whole=$(stat -L -c %s "$library")
echo "size: libsv2.so $whole bytes, stripped $size bytes, budget $budget bytes"
[[ $size -le $budget ]] || fail "libsv2.so is larger than its budget"
exit $failed
