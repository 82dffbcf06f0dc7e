#!/usr/bin/env bash
# Writes every generated file again: include/sv2.h and all that comes from the same schema.
#
#   scripts/build_header.sh           regenerate
#   scripts/build_header.sh --check   generate into an empty folder and compare; fails if a file differs or is missing
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ ${1:-} != --check ]]; then
    go run ./internal/gen
    exit
fi

fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT
# The generator must not need what it writes: run it in a copy without any of it.
mapfile -t files < <(go run ./internal/gen -list)
mkdir -p "$fresh/tree"
cp -R go.mod internal "$fresh/tree/"
(cd "$fresh/tree" && go run ./internal/gen)
stale=0
for file in "${files[@]}"; do
    if [[ ! -f $file ]]; then
        echo "header-check: $file is missing; run make header" >&2
        stale=1
    elif ! cmp -s "$fresh/tree/$file" "$file"; then
        diff -u "$file" "$fresh/tree/$file" | head -n 20 >&2 || true
        echo "header-check: $file is stale; run make header" >&2
        stale=1
    fi
done
# A file that says it is generated must be one that the generator writes.
while read -r file; do
    if [[ " ${files[*]} " != *" $file "* ]]; then
        echo "header-check: $file says it is generated, but nothing writes it" >&2
        stale=1
    fi
done < <(grep -rlE '^(// Code g|/\* G|<!-- G)enerated by internal/gen' --include='*.go' --include='*.[ch]' --include='*.hpp' \
    --include='*.md' bench capi cmd codec docs examples include noise status sv2 test 2>/dev/null)
[[ $stale -eq 0 ]] && echo "header-check: ${#files[@]} generated files are current"
exit "$stale"
