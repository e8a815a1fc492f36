# The index follows its sources: what changed in them, and nothing else, in one commit.
garden
records >garden/r.jsonl
find garden -type f -exec touch -d '2 hours ago' {} +
ftindex build --quiet g.ft garden
cp -r g.ft first.ft
generation() { ftindex stats --json "$1" | field generation; }
try_scrubbed ftindex update g.ft
touch garden/apples.txt
cp -p garden/notes/beans.txt b && mv b garden/notes/beans.txt
try_scrubbed ftindex update g.ft
generation g.ft
ftindex delete --quiet g.ft garden/notes/weather.txt
try_scrubbed ftindex update g.ft
try ftsearch --count g.ft frost

# A file of the same size with other words, one renamed, one new, one gone; records changed, new and gone.
sed -i 's/apple/peach/' garden/apples.txt
mv garden/notes/beans.txt garden/notes/peas.txt
printf 'Compost\n\nTurn the heap in spring.\n' >garden/compost.md
printf 'bin\0ary' >garden/f.bin
rm garden/notes/weather.txt
sed -i -e '/"r2"/d' -e 's/boils/freezes/' garden/r.jsonl
echo '{"_id":"r5","text":"Ice melts."}' >>garden/r.jsonl
try_scrubbed ftindex update --dry-run g.ft
try_scrubbed ftindex update --json -n g.ft
generation g.ft
try_scrubbed ftindex update --verbose g.ft
generation g.ft
try_scrubbed ftindex update g.ft
for q in peach heap 'sow beans' roasted freezes melts tea frost; do
    try ftsearch --count g.ft "$q"
done
try ftindex check g.ft
ftindex merge --quiet g.ft
try_scrubbed ftindex update g.ft
try_scrubbed ftindex update --json first.ft

# From elsewhere; inputs that are gone, or empty as where nothing is mounted.
(cd garden/notes && try_scrubbed ftindex update ../../g.ft)
mv garden away
try ftindex update g.ft
mkdir garden
try ftindex update g.ft
try ftindex update -n --quiet g.ft
try ftsearch --count g.ft tea
rmdir garden
mkdir elsewhere
mv away elsewhere/garden
try_scrubbed ftindex update --directory elsewhere g.ft
try_scrubbed ftindex update g.ft
mv elsewhere/garden .
try_scrubbed ftindex update --force g.ft
ftindex stats --json g.ft | field documents
try ftindex update g.ft

# Nothing to follow; more to follow; read in another way.
ftindex build --quiet s.ft - <garden/r.jsonl
try ftindex update s.ft
try ftindex update nosuch.ft
try ftindex update s.ft garden
ftindex add --quiet s.ft garden --exclude '*.jsonl' --exclude notes/
ftindex add --quiet s.ft garden/notes
echo 'Peas climb.' >garden/notes/peas.txt
echo 'Peas do not.' >garden/notes/more.txt
echo '{"_id":"r6","text":"not followed"}' >>garden/r.jsonl
try_scrubbed ftindex update -v s.ft
try ftsearch --count s.ft peas
try ftsearch --count s.ft followed

# An id in several files: the last file counts, whichever of them changes.
mkdir ids
echo '{"_id":"x","text":"from a"}' >ids/a.jsonl
echo '{"_id":"x","text":"from b"}' >ids/b.jsonl
ftindex build --quiet i.ft ids
echo '{"_id":"x","text":"from a, changed"}' >ids/a.jsonl
try_scrubbed ftindex update i.ft
try ftindex show i.ft x
echo '{"_id":"y","text":"of b"}' >ids/b.jsonl
try_scrubbed ftindex update -v i.ft
try ftindex show i.ft x
cat ids/a.jsonl >>ids/b.jsonl
echo '{"_id":"z","text":"of a"}' >ids/a.jsonl
try_scrubbed ftindex update -v i.ft
try ftindex show i.ft x
printf '%s\n' '{"_id":"z","text":"twice"}' '{"_id":"z","text":"of a"}' >ids/a.jsonl
try_scrubbed ftindex update i.ft
try ftindex show i.ft z

# Added again: what has gone from a file goes at the next update.
echo '{"_id":"w","text":"of b"}' >ids/b.jsonl
ftindex add --quiet i.ft ids
try ftsearch --count i.ft of
try_scrubbed ftindex update i.ft
try ftsearch --count i.ft of

# Programs that an index remembers do not run unasked; a malformed record stops only if that is wanted.
echo 'text for a filter' >ids/t.up
ftindex build --quiet u.ft ids --filter up='tr a-z A-Z' --strict
touch ids/t.up
try_scrubbed ftindex update u.ft
echo 'other text' >>ids/t.up
try ftindex update u.ft
try_scrubbed ftindex update --run-filters u.ft
try ftindex show u.ft ids/t.up
echo '{"_id":"broken"' >>ids/b.jsonl
try ftindex update --run-filters u.ft
try_scrubbed ftindex update i.ft

# The file beside the manifest is checked as everything else is.
printf X | dd of="$(echo i.ft/*.src)" bs=1 seek=50 conv=notrunc status=none
ftindex check i.ft 2>&1 | sed -E 's/^[0-9a-f]{16}/HASH/'
ftindex update i.ft 2>&1 | sed -E 's/[0-9a-f]{16}/HASH/'
rm i.ft/*.src
ftindex check i.ft 2>&1 | sed -E 's/^[0-9a-f]{16}/HASH/'
