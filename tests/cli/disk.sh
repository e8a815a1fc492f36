# A disk without room: refused beforehand where the sizes of the inputs tell, and only for what would be read; where
# they do not, the writing fails, the old index stays and nothing is left behind.
records >r.jsonl
mkdir in
# As large as the file system lets a file without content be.
enlarge() {
    truncate -s 4000P "$1" 2>/dev/null || truncate -s 15T "$1"
}
yes 'Sixteen bytes of' | head -n 8000 >in/large.txt
enlarge in/large.txt
round() {
    "$@" 2>&1 | sed -E 's/[0-9.]+ [KMGTPE]?B/N/g'
    echo "= ${PIPESTATUS[0]}"
}
round ftindex build --quiet x.ft in
ls
try ftindex build --quiet x.ft r.jsonl
round ftindex add --quiet x.ft in
round ftindex build --quiet --force x.ft in/large.txt
try ftsearch --count x.ft tea
ls x.ft | scrub | sort
# A file system's worth of no text is no reason to refuse.
truncate -s 0 in/large.txt
enlarge in/large.txt
echo small >in/small.txt
try ftindex build --quiet y.ft in
# The check can be left out; then it is the limit that speaks.
seq 100000 >numbers.txt
limited() {
    try bash -c 'ulimit -f 8; exec "$@"' limited "$@"
}
limited ftindex build --quiet --no-space-check z.ft numbers.txt
limited ftindex build --quiet --force x.ft numbers.txt
limited ftindex add --quiet x.ft numbers.txt
limited ftindex add --quiet --memory 1M x.ft numbers.txt
try ftsearch --count x.ft tea
ls
ls x.ft | scrub | sort
try_scrubbed ftindex check x.ft
