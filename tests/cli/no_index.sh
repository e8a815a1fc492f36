# What is no index is status 2; what is damaged is 4, and check names the file.
records >r.jsonl
try ftsearch nosuch.ft tea
mkdir empty.ft
try ftsearch empty.ft tea
try ftsearch r.jsonl tea
mkdir unfinished.ft
touch unfinished.ft/LOCK unfinished.ft/tmp-segment
try ftsearch unfinished.ft tea
try ftindex add unfinished.ft r.jsonl
try ftindex add nosuch.ft r.jsonl
try ftindex stats nosuch.ft
try ftindex check nosuch.ft
try ftindex build --quiet r.ft r.jsonl
cp -r r.ft m.ft
: >m.ft/MANIFEST
try ftsearch m.ft tea
quietly ftindex check m.ft | sed 's/: offset.*//'
cp -r r.ft s.ft
rm s.ft/*.seg
try_scrubbed ftsearch s.ft tea
quietly ftindex check s.ft | scrub | sed 's/: offset.*//'
cp -r r.ft c.ft
for f in c.ft/*.seg; do
    size=$(stat -c %s "$f")
    truncate -s $((size / 2)) "$f"
done
quietly ftsearch c.ft tea | scrub | sed 's/: offset.*//'
quietly ftindex check c.ft | scrub | sed 's/: offset.*//'
cp -r r.ft b.ft
for f in b.ft/*.seg; do
    size=$(stat -c %s "$f")
    printf '\377\376' | dd of="$f" bs=1 seek=$((size / 3)) conv=notrunc status=none
done
quietly ftindex check b.ft | scrub | sed 's/: offset.*//' | sort -u
try_scrubbed ftindex check r.ft
