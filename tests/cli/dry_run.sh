# --dry-run: what would be read and what skipped, as the real run does, and nothing is touched.
garden
records >r.jsonl
gzip -nc r.jsonl >garden/r.jsonl.gz
printf 'a\0b' >garden/image.bin
echo secret >garden/.hidden
ln -s apples.txt garden/link
echo '<p>a page' >garden/page.html
head -c 3000 /dev/zero | tr '\0' x >garden/large.txt
echo pdf >garden/paper.pdf
mkfifo pipe
try ftindex build --dry-run g.ft garden r.jsonl pipe -
try ftindex build -n --quiet g.ft garden --include '*.txt' --max-size 1000
try ftindex build -n --format text --filter pdf=false g.ft garden/paper.pdf garden/r.jsonl.gz
ftindex build --dry-run --json g.ft garden - >plan.json
for key in files read input_bytes skipped skipped_by; do
    field $key <plan.json
done
try ftindex build -n g.ft nosuch
try ftindex add -n g.ft garden
ls
ftindex build --json --quiet g.ft garden | field skipped_by
ls -l g.ft >before
try ftindex add --dry-run --quiet g.ft garden/notes
try ftindex build --dry-run --quiet g.ft garden/notes
try ftindex build --dry-run --quiet --force g.ft garden/notes
ls -l g.ft | cmp - before && echo untouched
