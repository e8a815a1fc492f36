# Passages renumbered by build and by merge: what is found and shown stays the same, and can be put back.
for i in $(seq 0 199); do
    printf '{"_id":"d%d","title":"Entry %d","text":"about subject%d, matter%d and thing%d"}\n' \
        "$i" "$i" $((i % 16)) $((i % 16)) $((i * 7 % 16))
done >many.jsonl
segment() { (cd "$1" && echo ./*.seg); }

try ftindex build --quiet plain.ft many.jsonl
try ftindex build --quiet --reorder other.ft many.jsonl
ftindex stats --json plain.ft | field reordered
ftindex stats --json other.ft | field reordered
try ftindex check other.ft
[ "$(segment plain.ft)" != "$(segment other.ft)" ] && echo "another order"
for query in 'subject3 thing5' '"subject9 matter9"' '+subject4 -100'; do
    for group in passage document; do
        for index in plain other; do
            ftsearch --format tsv --text --top 300 --group "$group" "$index.ft" "$query" | cut -f 3- | sort >$index.hits
        done
        cmp plain.hits other.hits && echo "$(wc -l <plain.hits) hits"
    done
done
try ftindex show other.ft d77
echo
before=$(segment other.ft)
try ftindex merge --quiet other.ft
[ "$(segment plain.ft)" = "$(segment other.ft)" ] && echo "as it was"
try ftindex merge --quiet --reorder other.ft
[ "$before" = "$(segment other.ft)" ] && echo "reordered again"
try ftindex delete other.ft d5 d77
try ftindex merge --quiet --reorder other.ft
ftindex stats --json other.ft | field documents
ftsearch --count other.ft subject5
try ftindex add --reorder other.ft many.jsonl
