#!/usr/bin/env bash
# Writes every generated file again: include/sv2.h and all that comes from the same schema.
#
#   scripts/build_header.sh           regenerate
#   scripts/build_header.sh --check   delete, regenerate, compare; leaves the files as they were and fails if they differ
set -euo pipefail
cd "$(dirname "$0")/.."

if [[ ${1:-} != --check ]]; then
    go run ./internal/gen
    exit
fi

saved=$(mktemp -d)
trap 'cp -a "$saved/." . && rm -rf "$saved"' EXIT
mapfile -t files < <(go run ./internal/gen -list)
for file in "${files[@]}"; do
    [[ -f $file ]] || { echo "header-check: $file is missing; run make header" >&2; exit 1; }
    mkdir -p "$saved/$(dirname "$file")"
    cp -a "$file" "$saved/$file"
done
rm -f "${files[@]}"
go run ./internal/gen
stale=0
for file in "${files[@]}"; do
    cmp -s "$file" "$saved/$file" || { diff -u "$saved/$file" "$file" | head -n 20 >&2; echo "header-check: $file is stale; run make header" >&2; stale=1; }
done
# A file that says it is generated must be one that the generator writes.
while read -r file; do
    [[ " ${files[*]} " == *" $file "* ]] || { echo "header-check: $file says it is generated, but nothing writes it" >&2; stale=1; }
done < <(grep -rlE '^(//|/\*|<!--) (Code g|G)enerated by internal/gen' --include='*.go' --include='*.[ch]' --include='*.hpp' --include='*.md' . | sed 's|^\./||' | grep -v '^internal/gen/' | grep -v '^build/')
[[ $stale -eq 0 ]] && echo "header-check: ${#files[@]} generated files are current"
exit $stale
