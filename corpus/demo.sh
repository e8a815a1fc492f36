#!/bin/bash
# corpus/demo.sh OUT - indexes the sample collection with the programs of the build folder OUT and asks it a few
# questions, each command shown before what it says. Fails if a command does, or if the phrase search gives anything
# but the passages that hold the phrase.
set -eu -o pipefail
[ $# -eq 1 ] || { echo "usage: demo.sh OUT" >&2 && exit 2; }
out=$(cd "$1" && pwd)
docs=$(cd "$(dirname "$0")" && pwd)/docs
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
PATH=$out:$PATH

# Ids are paths as reached from here, so that they are the same wherever the tree lies.
cp -R "$docs" "$work/docs"
cd "$work"

# run TITLE COMMAND - the command is text, so that it is shown as one would type it.
run() {
    printf '\n# %s\n$ %s\n' "$1" "$2"
    eval "$2"
}

run 'Index the sample documents: plain text, Markdown, HTML, and records of JSON Lines' \
    'ftindex build demo.ft docs'
run 'A phrase: these words side by side, also across the end of a line' \
    "ftsearch demo.ft '\"75th anniversary\"'"
run 'The same words without quotes: any of them, best first. A regatta may be the 75th too' \
    "ftsearch demo.ft '75th anniversary'"
run 'How many passages match: of the phrase ...' \
    "ftsearch demo.ft --count '\"75th anniversary\"'"
run '... and of the words' \
    "ftsearch demo.ft --count '75th anniversary'"
run 'All of the words, in whatever form they stand' \
    "ftsearch demo.ft '+dams +commission +engineers'"
run 'One word without another: lighthouses, but not the one at Cape Holm' \
    "ftsearch -k 3 demo.ft 'lighthouse -holm'"
run 'Why is this the first? The parts add up to the score' \
    "ftsearch -k 1 --explain demo.ft 'squealing bicycle brakes'"
run 'For other programs: JSON, with the byte offsets of what matched' \
    "ftsearch -k 1 --format json demo.ft 'herring scales'"
run 'What is in the index' 'ftindex stats demo.ft'
run 'Is every byte of it as it was written?' 'ftindex check demo.ft'

# The same phrase without the engine's help: read every passage. And, without its passages: read the documents.
phrase='75th[^[:alnum:]]+anniversar(y|ies)'
occurrences() {
    tr '\n' ' ' | { grep -oiE "$phrase" || true; } | wc -l
}

: >expected
in_passages=0
for id in docs/*/*.txt docs/*/*.md docs/*/*.html $(sed -n 's/^{"_id": "\([^"]*\)".*/\1/p' docs/*/*.jsonl); do
    for ((n = 0; ; n++)); do
        ftindex show demo.ft "$id:$n" >passage 2>/dev/null || break
        here=$(occurrences <passage)
        [ "$here" -eq 0 ] || printf '%s\t%d\n' "$id" "$n" >>expected
        in_passages=$((in_passages + here))
    done
done
in_documents=$(cat docs/*/*.* | occurrences)
ftsearch -k 1000 --format tsv demo.ft '"75th anniversary"' | cut -f 4,5 >found

echo
if [ "$in_passages" -eq 0 ] || [ "$in_passages" -ne "$in_documents" ] || ! diff <(sort expected) <(sort found); then
    echo 'demo: "75th anniversary" did not give exactly the passages that hold the phrase' >&2
    exit 1
fi
echo "# Checked: the phrase gave the $(wc -l <found) passages that hold it, and no other."
