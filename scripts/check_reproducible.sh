#!/usr/bin/env bash
# Builds the library twice, from different directories, and compares the bytes.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git ls-files -co --exclude-standard | tar -cf - -T - | (mkdir -p "$work/elsewhere/deep" && tar -xf - -C "$work/elsewhere/deep")
scripts/build_library.sh "$work/here"
"$work/elsewhere/deep/scripts/build_library.sh" "$work/there"
for file in libsv2.a libsv2.so.0; do
    cmp "$work/here/$file" "$work/there/$file"
done
echo "check_reproducible: the same bytes from two directories"
