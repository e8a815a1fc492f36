# Adding bit by bit keeps an index in few segments; what is mostly deleted is rewritten; merges that fail cost nothing.
for i in $(seq 0 30); do
    echo "{\"_id\":\"n$i\",\"text\":\"number$i of all\"}" >one.jsonl
    if [ "$i" -eq 0 ]; then ftindex build --quiet g.ft one.jsonl; else ftindex add --quiet g.ft one.jsonl; fi
done
ftindex stats --json g.ft | field segments
try ftsearch --count g.ft all
try ftsearch --format tsv g.ft number17
seq -f 'n%g' 0 15 | ftindex delete --quiet --from - g.ft
ftindex stats --json g.ft | field deleted
try ftsearch --count g.ft all
try_scrubbed ftindex check g.ft
# No file may grow beyond 50 KiB: the deletion is made, the segment is not rewritten, and the next change does that.
awk 'BEGIN {
    srand(1)
    for (i = 1; i <= 9; i++) {
        printf "{\"_id\":\"d%d\",\"text\":\"all", i
        for (k = 0; k < 4000; k++)
            printf " %d", int(rand() * 1000000)
        printf "\"}\n"
    }
}' >large.jsonl
ftindex build --quiet d.ft large.jsonl
(
    trap '' XFSZ
    ulimit -f 50
    try ftindex delete d.ft d1 d2 d3 d4 d5
)
ftindex stats --json d.ft | field deleted
try ftsearch --count d.ft all
try ftindex delete --quiet d.ft d6
ftindex stats --json d.ft | field deleted
try_scrubbed ftindex check d.ft
