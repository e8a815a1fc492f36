#!/bin/bash
# tests/exact.sh [--count] - pruned search against exhaustive search: random queries about one index in one segment, in
# seven, and in one that is renumbered, with each set of kernels. Answers must be the same with and without pruning,
# with every set, and in one segment as in seven (tests/exact/exact.c).
#
#   FT_EXACT_PASSAGES=N  generated passages (20000)
#   FT_EXACT_QUERIES=N   queries for each index and set of kernels (300)
#   FT_SEED=N            other queries
set -u
cd "$(dirname "$0")/.." || exit 3
build=$(cd "${BUILD:-build}" && pwd) || exit 3
[ "${1-}" = --count ] && echo 4 && exit 0
passages=${FT_EXACT_PASSAGES:-20000} queries=${FT_EXACT_QUERIES:-300}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0

# verdict NAME STATUS
verdict() {
    if [ "$2" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "exact: $1 failed"
    fi
}

"$build/gen" --passages "$passages" --seed 1 >"$dir/passages.jsonl" || exit 3
for index in one seven reordered; do
    segments=1 order=
    [ $index = seven ] && segments=7
    [ $index = reordered ] && order=reorder
    "$build/tests/exact" build "$dir/$index.ft" $segments "$passages" $order <"$dir/passages.jsonl" || exit 1
    status=0
    for set in $("$build/tests/exact" kernels); do
        FT_CPU=$set "$build/tests/exact" ask "$dir/$index.ft" "$queries" 2 >"$dir/said" || status=1
        echo "exact: $index, $set: $(cat "$dir/said")"
        cat "$dir/said" >>"$dir/$index.digests"
    done
    [ "$(sort -u "$dir/$index.digests" | wc -l)" -le 1 ] || { echo "exact: $index: kernels differ" && status=1; }
    verdict $index $status
done
[ -s "$dir/one.digests" ] && cmp -s "$dir/one.digests" "$dir/seven.digests"
verdict 'one segment as seven' $?
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
