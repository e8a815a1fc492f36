# Help fits a screen; versions; full disks and closed pipes.
for program in ftindex ftsearch; do
    $program -h | awk 'END { print (NR <= 24 ? "fits" : "too long: " NR) }'
    $program -h | awk 'length($0) > 80 { print "too wide: " $0 }'
    $program --help | grep -c . | awk '{ print ($1 > 24 ? "complete" : "short") }'
    $program --version
    $program --help >/dev/full
    echo $?
done
ftindex build -h | head -n 1 | grep -c build
ftindex help >/dev/null && echo fine
records >r.jsonl
try ftindex build --quiet r.ft r.jsonl
ftsearch r.ft tea >/dev/full
echo $?
for i in $(seq 20000); do echo tea; done | ftsearch --format json r.ft | head -n 1 | field total
ftsearch --count r.ft tea >&-
echo $?
