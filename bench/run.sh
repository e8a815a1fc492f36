#!/bin/bash
# bench/run.sh OUT - what `make bench` runs: every report of ftbench, with the programs of the build folder OUT. Text
# comes from corpus/gen.c and is the same everywhere.
#
#   PASSAGES=N QUERIES=N   how much text and how many queries (100000, 200)
#   JSON=DIR               write DIR/micro.json and so on instead of tables
#   WORK=DIR               where text and indexes go (a temporary folder that is removed)
set -eu
[ $# -eq 1 ] || { echo "usage: run.sh OUT" >&2 && exit 2; }
cd "$(dirname "$0")/.."
out=$(cd "$1" && pwd)
passages=${PASSAGES:-100000}
queries=${QUERIES:-200}
json=${JSON-}
if [ -n "${WORK-}" ]; then
    mkdir -p "$WORK"
    work=$(cd "$WORK" && pwd)
else
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
fi
[ -z "$json" ] || mkdir -p "$json"

report() { # NAME ARGUMENT...
    local name=$1
    shift
    if [ -n "$json" ]; then
        "$out/ftbench" "$@" --json >"$json/$name.json"
        echo "$json/$name.json"
    else
        printf '\n== %s\n\n' "$name"
        "$out/ftbench" "$@"
    fi
}

[ "$out/gen" -nt corpus/gen.c ] || ${CC:-cc} -std=gnu11 -O2 corpus/gen.c -o "$out/gen" -lm
"$out/gen" --passages "$passages" >"$work/passages.jsonl"
"$out/gen" --queries "$queries" --passages "$passages" >"$work/queries.tsv"

report micro micro --work "$work"
report index index --work "$work" "$work/passages.jsonl"
"$out/ftindex" build --force --quiet "$work/passages.ft" "$work/passages.jsonl"
report query query "$work/passages.ft" "$work/queries.tsv"
# The sample collection: its judgments name files as they are reached from its folder.
(cd corpus && "$out/ftindex" build --force --quiet --passages none "$work/sample.ft" docs)
report eval eval "$work/sample.ft" corpus/queries.tsv corpus/qrels.tsv
