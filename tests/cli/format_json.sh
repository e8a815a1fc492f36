# The JSON format: one object a query, keys in order, offsets of spans, markup in the snippet alone.
printf '%s\n' '{"id":1,"title":"Salt & <pepper>","text":"Salt, \"sea salt\" & <b>pepper</b>.\nPepper\ttoo."}' \
    '{"id":"caf\u00e9","text":"Un caf\u00e9, des caf\u00e9s \ud83d\ude00 \ud800 end"}' >d.jsonl
try ftindex build --quiet d.ft d.jsonl
try_scrubbed ftsearch --format json d.ft pepper
try_scrubbed ftsearch --format json d.ft '"sea salt"'
try_scrubbed ftsearch --format json d.ft café end
try_scrubbed ftsearch --format json --text d.ft café
try_scrubbed ftsearch --format json d.ft nothinglikeit
try_scrubbed ftsearch --format json d.ft ''
try_scrubbed ftsearch --format json d.ft '"sea salt'
try_scrubbed ftsearch --format json -k 0 d.ft pepper
ftsearch --format json d.ft pepper | keys
ftsearch --format json d.ft pepper | python3 -c '
import json, sys
print(" ".join(json.loads(sys.stdin.readline())["hits"][0]))'
