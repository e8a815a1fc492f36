# Files are cut into passages; groups; the whole passage; lines and bounds.
for i in 1 2 3 4; do
    printf 'Paragraph %d is about the river' "$i"
    for k in $(seq 60); do printf ' word%d' "$k"; done
    printf '.\n\n'
done >long.txt
try ftindex build --quiet p.ft long.txt
ftindex stats --json p.ft | field passages
try ftsearch --count p.ft river
try ftsearch --count --group document p.ft river
ftsearch --format json p.ft river | python3 -c '
import json, sys
for hit in json.loads(sys.stdin.readline())["hits"]:
    print(hit["rank"], hit["id"], hit["passage"], hit["line"], hit["start"], hit["end"])'
ftindex build --quiet --passages none q.ft long.txt
ftindex stats --json q.ft | field passages
ftindex build --quiet --passages paragraph:200 r.ft long.txt
ftindex stats --json r.ft | field passages
ftindex build --quiet --passages paragraph:10 s.ft long.txt
ftindex stats --json s.ft | field passages
records >r.jsonl
ftindex build --quiet t.ft r.jsonl
ftindex stats --json t.ft | field passages
try ftsearch --format tsv --group nothing t.ft tea
