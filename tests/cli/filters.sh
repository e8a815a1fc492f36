# What is read: --include, --exclude, --max-size; --filter, its limits, and what is left out and why.
mkdir -p tree/old tree/sub
echo 'a plain word' >tree/a.txt
echo 'a marked word' >tree/b.md
echo 'an old word' >tree/old/c.txt
echo 'a sub word' >tree/sub/d.txt
printf 'a filtered word\0' >tree/e.bin
printf '%02000d word' 0 >tree/long.txt
ids() { ftsearch --format tsv -k 100 "$1" word | cut -f 4 | sort; }
try_scrubbed ftindex build --verbose a.ft tree --include '*.txt' --exclude old/ --max-size 1K
ids a.ft
try_scrubbed ftindex build --json --quiet b.ft tree --exclude '*.txt' --exclude 'tree/?.md'
try ftindex build --quiet c.ft tree/a.txt tree/b.md --include 'tree/*.md'
ids c.ft
try ftindex build --quiet d.ft tree --include '*.bin' --filter bin='tr -d "\000"'
try ftsearch d.ft filtered
try ftindex show d.ft tree/e.bin
# No shell: nothing is expanded, nothing follows.
try ftindex build --quiet e.ft tree/e.bin --filter 'bin=echo $HOME; ls *'
try ftindex show e.ft tree/e.bin
try_scrubbed ftindex build f.ft tree --include 'tree/*.*' --filter txt=false --filter md=/no/such/program --filter bin=cat
try_scrubbed ftindex build g.ft tree/a.txt tree/b.md --filter txt=yes --filter md='sleep 60' --filter-timeout 1 \
    --filter-output 10K
try ftindex build --strict h.ft tree --filter txt=false
try ftindex build h.ft tree --filter txt
try ftindex build h.ft tree --filter "txt='cat"
try ftindex build h.ft tree --include ''
# HTML that a filter makes is read as HTML.
try ftindex build --quiet i.ft tree/a.txt --filter txt='echo <html><title>Made</title><p>of &lt; tags'
try ftindex show i.ft tree/a.txt
ftsearch --format json i.ft tags | field hits.0.title
try ls -d -- *.ft
