#!/bin/bash
# tests/readme.sh [--count] - runs the commands that README.md shows, so that they stay true. A block opened by
# ```sh is run if the line before it is `<!-- run -->`. Each block is a test, and fails with its first command that fails.
# They run one after the other in a folder where the tree's files are linked to, so that what they write does not stay.
set -u
cd "$(dirname "$0")/.." || exit 3
root=$(pwd)

blocks() {
    [ -e README.md ] && grep -A1 -n '^<!-- run -->$' README.md | sed -nE 's/^([0-9]+)-```sh$/\1/p'
}

[ "${1-}" = --count ] && { blocks | grep -c . || true; } && exit 0
passed=0 failed=0
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
ln -s "$root"/* "$dir"
for line in $(blocks); do
    sed -n "$((line + 1)),/^\`\`\`\$/p" README.md | sed '$d' >"$dir/.commands"
    if (cd "$dir" && timeout 600 bash -e .commands </dev/null >"$dir/.said" 2>&1); then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "README.md:$line: the commands failed:"
        tail -n 20 "$dir/.said" | sed 's/^/    /'
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
