# Why a hit scores as it does: the parts add up.
records >r.jsonl
try ftindex build --quiet r.ft r.jsonl
try ftsearch --explain r.ft 'tea "green tea" tea'
ftsearch --explain --format json r.ft 'tea "green tea" tea' | python3 -c '
import json, sys
for hit in json.loads(sys.stdin.readline())["hits"]:
    total = sum(part["score"] for part in hit["explain"])
    print(hit["id"], len(hit["explain"]), abs(total - hit["score"]) < 1e-8)'
ftsearch --exhaustive --format tsv r.ft tea coffee >one
ftsearch --format tsv r.ft tea coffee | cmp - one && echo same
