#!/bin/bash
# tests/collections.sh [--count] [FOLDER] - compares the engine with tests/bm25.py on every English judged collection
# of FOLDER (../shared/collections, $FT_COLLECTIONS), or skips each by name where they are not there.
set -u
cd "$(dirname "$0")/.." || exit 3
build=${BUILD:-build}
names=(adi cisi cosqa cranfield nfcorpus-processed time xquad-en)
[ "${1-}" = --count ] && echo ${#names[@]} && exit 0
folder=${1:-${FT_COLLECTIONS:-../shared/collections}}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

passed=0 failed=0 skipped=0
for name in "${names[@]}"; do
    if [ ! -e "$folder/$name/corpus.jsonl.gz" ]; then
        echo "skipped: $name: $folder/$name is not there"
        skipped=$((skipped + 1))
    elif python3 tests/bm25.py --collection "$folder/$name" --build "$build" --work "$work" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
    fi
    rm -rf "${work:?}/$name.ft"
done
note=
[ "$skipped" -eq 0 ] || note=", $skipped skipped"
echo "$passed passed, $failed failed$note"
[ "$failed" -eq 0 ]
