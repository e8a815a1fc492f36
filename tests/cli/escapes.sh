# Control and bidirectional characters of texts, titles, ids and queries never reach the terminal raw.
printf '%s\n' '{"_id":"evil\u001b[31m","title":"T\u0007itle\u202e","text":"word \u001b]0;x\u0007 \u009b \u007f \u2066word"}' >e.jsonl
try ftindex build --quiet e.ft e.jsonl
try ftsearch e.ft word
try ftsearch --format tsv e.ft word
try ftsearch --format trec e.ft word
try_scrubbed ftsearch --format json e.ft word
try ftsearch --color always e.ft nothinglikeit
name=$(printf 'no\033[31msuch.ft')
quietly ftsearch "$name" word
quietly ftindex build --quiet x.ft "$name"
for format in human tsv trec json; do
    ftsearch --format $format e.ft word | LC_ALL=C grep -c "$(printf '[\001-\010\013-\037\177]')" || true
done
