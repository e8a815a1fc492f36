# The formats for programs.
printf '%s\n' '{"_id":"a b%c","text":"one\ttwo\nthree four"}' '{"_id":"plain","text":"one two, one two"}' >d.jsonl
try ftindex build --quiet d.ft d.jsonl
try ftsearch --format tsv d.ft two
try ftsearch --format trec d.ft two
try ftsearch --format trec --tag mine d.ft two
printf 'q1\tone\nq2\tthree\nq3\tnothing\n' >q.tsv
try ftsearch --format tsv --queries q.tsv d.ft
try ftsearch --format trec --queries q.tsv d.ft
try ftsearch --format xml d.ft two
