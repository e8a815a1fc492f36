#!/bin/bash
# tests/readme.sh [--count] - runs the commands that README.md shows, so that they stay true. A block opened by
# ```sh is run if the line before it is `<!-- run -->`. Each block is a test; it runs in a folder where the tree's
# files are linked to, so that what it writes does not stay, and fails with its first command that fails.
set -u
cd "$(dirname "$0")/.." || exit 3
root=$(pwd)

blocks() {
    [ -e README.md ] && grep -A1 -n '^<!-- run -->$' README.md | sed -nE 's/^([0-9]+)-```sh$/\1/p'
}

[ "${1-}" = --count ] && { blocks | grep -c . || true; } && exit 0
passed=0 failed=0
for line in $(blocks); do
    dir=$(mktemp -d)
    ln -s "$root"/* "$dir"
    sed -n "$((line + 1)),/^\`\`\`\$/p" README.md | sed '$d' >"$dir/.commands"
    if (cd "$dir" && timeout 600 bash -e .commands </dev/null >"$dir/.said" 2>&1); then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "README.md:$line: the commands failed:"
        tail -n 20 "$dir/.said" | sed 's/^/    /'
    fi
    rm -rf "$dir"
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
