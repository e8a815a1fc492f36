# An index that keeps no texts: results without snippets, whatever the format; it stays so, and says so.
garden
records >r.jsonl
try ftindex build --quiet --no-store g.ft garden
try_scrubbed ftindex check g.ft
ftindex stats --json g.ft | field stored
ftindex stats g.ft | grep texts
try ftsearch g.ft '"75th anniversary"'
try ftsearch g.ft --text '"75th anniversary"'
try ftsearch g.ft --format tsv '"75th anniversary"'
try ftsearch g.ft --format tsv nothing
try ftsearch g.ft --count '"75th anniversary"'
for key in snippet spans start end line title; do
    ftsearch g.ft --format json '"75th anniversary"' | field "hits.0.$key"
done
ftsearch g.ft --format json '"75th anniversary"' | field notes
ftsearch g.ft --format json --text '"75th anniversary' | field notes
ftsearch g.ft --format json --text '"75th anniversary' | field hits.0.text
ftsearch g.ft --format json nothing | field notes
try ftindex show g.ft garden/apples.txt
try ftindex show g.ft nosuch
try ftindex add --quiet g.ft r.jsonl garden/apples.txt
try ftindex delete --quiet g.ft r2
try ftsearch --format trec g.ft tea
try ftindex merge --quiet g.ft
try ftsearch --format trec g.ft tea
try_scrubbed ftindex check g.ft
ftindex stats --json g.ft | field stored
try ftindex add --no-store g.ft r.jsonl
