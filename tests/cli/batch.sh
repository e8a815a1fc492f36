# Batches and standard input: a query a line, status 0 whatever matched, plain text in batches.
records >r.jsonl
try ftindex build --quiet r.ft r.jsonl
printf 'q1\ttea\nq2\tnothinglikeit\nq3\t-tea +coffee "water boils"\n' >q.tsv
printf '%s\n' '{"_id":"j1","text":"green tea"}' '{"_id":"j2","text":"\"tea green\""}' >q.jsonl
try ftsearch --queries q.tsv --format tsv r.ft
try ftsearch --queries q.tsv --count r.ft
try ftsearch --queries q.tsv --count --syntax r.ft
try ftsearch --queries q.jsonl --count r.ft
try ftsearch --queries q.jsonl --count --syntax r.ft
try ftsearch --queries q.tsv --threads 2 --format trec r.ft
try ftsearch --queries nosuch.tsv r.ft
printf 'tea\n\nnothinglikeit\n"green tea"' | try ftsearch --count r.ft
printf 'tea\n\ncoffee\n' | ftsearch --format json r.ft | field qid
printf 'tea\n\ncoffee\n' | ftsearch --format json r.ft | field total
printf '' | try ftsearch r.ft
printf 'q1\ttea\nq2\tcoffee\n' | try ftsearch --queries - --count r.ft
for i in $(seq 200); do printf 'q%d\ttea coffee %d\n' "$i" "$i"; done >many.tsv
ftsearch --queries many.tsv --format trec r.ft >one
ftsearch --queries many.tsv --format trec --threads 4 r.ft >four
cmp one four && wc -l <one
