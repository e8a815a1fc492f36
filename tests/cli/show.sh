# A document's text as it is stored, or one passage of it.
garden
records >r.jsonl
printf '%s\n' '{"_id":"r2:0","text":"an id with a colon"}' >>r.jsonl
try ftindex build --quiet g.ft garden
try ftindex build --quiet r.ft r.jsonl
try ftindex show g.ft garden/apples.txt
ftindex show g.ft garden/apples.txt | cmp - garden/apples.txt && echo same
try ftindex show g.ft garden/apples.txt:0
try ftindex show g.ft garden/apples.txt:1
try ftindex show g.ft garden/apples.txt:9
try ftindex show g.ft nosuch
try ftindex show r.ft r2
try ftindex show r.ft r2:0
try ftindex show r.ft r4
