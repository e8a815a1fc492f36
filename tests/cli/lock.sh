# Another writer holds the index: status 3; readers are not disturbed.
records >r.jsonl
try ftindex build --quiet r.ft r.jsonl
mkfifo pipe
ftindex add --quiet --format jsonl r.ft - <pipe &
exec 9>pipe
until_locked r.ft
try ftindex delete --quiet r.ft r1
try ftindex add --quiet r.ft r.jsonl
try ftindex merge --quiet r.ft
try ftindex build --quiet --force r.ft r.jsonl
try ftsearch --count r.ft tea
echo '{"_id":"late","text":"late tea"}' >&9
exec 9>&-
wait $!
try ftsearch --count r.ft tea
try ftindex delete --quiet r.ft r1
