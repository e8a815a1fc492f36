# A build that is killed leaves no index, and the next one starts afresh; an add leaves the index as it was.
records >r.jsonl
mkfifo pipe
ftindex build --quiet --format jsonl r.ft - <pipe 2>/dev/null &
exec 9>pipe
cat r.jsonl >&9
until [ -e r.ft/LOCK ]; do sleep 0.02; done
kill_quietly $!
exec 9>&-
try ftsearch r.ft tea
try ftindex build --quiet r.ft r.jsonl
ls r.ft | scrub | sort
ftindex add --quiet --format jsonl r.ft - <pipe 2>/dev/null &
writer=$!
exec 9>pipe
echo '{"_id":"late","text":"late tea"}' >&9
until_locked r.ft
kill_quietly $writer
exec 9>&-
try ftsearch --count r.ft tea
try ftindex delete --quiet r.ft nobody
ls r.ft | scrub | sort
try_scrubbed ftindex check r.ft
