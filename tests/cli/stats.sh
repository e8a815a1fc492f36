# What is in it, for people and for programs.
records >r.jsonl
try ftindex build --quiet r.ft r.jsonl
try_scrubbed ftindex stats --json r.ft
ftindex stats --json r.ft | keys
ftindex stats --json r.ft | field bytes | keys
ftindex build --json --quiet s.ft r.jsonl | keys
ftindex stats r.ft >/dev/null && echo fine
# By segment, and the terms of all segments: a replaced passage counts until it is merged away.
printf '%s\n' '{"_id":"r1","title":"Tea","text":"Teas, tea and t\u00e9."}' '{"_id":"r9","text":"Milk."}' >more.jsonl
ftindex add --quiet r.ft more.jsonl
ftindex stats r.ft | scrub | awk '/HASH/ { print $1, $2, $3, $4, $5, $6, $8; n++ } /^segment / { print } END { print n }' |
    tr -s ' '
ftindex stats --json r.ft | field by_segment.1 | keys
ftindex stats --json r.ft | field by_segment.1.bytes | keys
ftindex stats --json r.ft | field by_segment.0.deleted
try ftindex stats --terms TE r.ft
try ftindex stats --terms t --json r.ft
try ftindex stats --terms '' --top 2 r.ft
try ftindex stats --terms teas r.ft
ftindex merge --quiet r.ft
try ftindex stats --terms te r.ft
try ftindex stats --terms 'tea milk' r.ft
try ftindex stats --terms=-- r.ft
try ftindex stats --top 3 r.ft
