# Build: what is there is not touched without --force; the summary; nothing to index.
records >r.jsonl
try ftindex build --quiet r.ft r.jsonl
try ftindex build --quiet r.ft r.jsonl
try ftindex build --quiet --force r.ft r.jsonl
try_scrubbed ftindex build --json --quiet j.ft r.jsonl
try_scrubbed ftindex build h.ft r.jsonl
try ftindex build --quiet n.ft nosuch.jsonl
try ls
mkdir precious
echo letter >precious/letter.txt
try ftindex build --quiet precious r.jsonl
try ftindex build --quiet --force precious r.jsonl
try ls precious
: >empty.jsonl
try_scrubbed ftindex build --json e.ft empty.jsonl
try ftsearch e.ft anything
try_scrubbed ftindex check e.ft
try stat -c %a r.ft r.ft/MANIFEST
