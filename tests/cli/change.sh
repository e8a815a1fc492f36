# Add, replace, delete, merge. Merged, the index is the bytes of a fresh build (records on the same lines, too).
records >r.jsonl
try ftindex build --quiet r.ft r.jsonl
printf '%s\n' '{"_id":"r1","title":"Tea","text":"Black tea is."}' '{"_id":"r5","text":"first"}' \
    '{"_id":"r5","text":"second milk"}' >more.jsonl
try_scrubbed ftindex add r.ft more.jsonl
try ftsearch --format tsv r.ft green black milk first
try ftsearch --count r.ft tea
try_scrubbed ftindex delete r.ft r2 nobody
try ftsearch --count r.ft coffee
ftindex stats --json r.ft | field deleted
ftindex stats --json r.ft | field segments
printf 'r3\nr4\nnobody\n' >ids
try ftindex delete --quiet --from ids r.ft
ftindex stats --json r.ft | field documents
try_scrubbed ftindex merge r.ft
ftindex stats --json r.ft | field deleted
ftindex stats --json r.ft | field segments
try ftsearch --format tsv r.ft tea second
try_scrubbed ftindex check r.ft
printf '%s\n' '{"_id":"r1","title":"Tea","text":"Black tea is."}' '' '{"_id":"r5","text":"second milk"}' >same.jsonl
ftindex build --quiet fresh.ft same.jsonl
(cd r.ft && sha256sum *.seg) >merged
(cd fresh.ft && sha256sum *.seg) | cmp - merged && echo same bytes
try ftindex delete --quiet nosuch.ft r1
try ftindex delete --quiet --from nosuch r.ft
