# ftbench eval: rankings with figures known by hand, collections in all layouts, and what cannot be used.
runs=$(dirname "$BASH_ENV")/runs
cp "$runs"/*.qrels "$runs"/*.tsv "$runs"/*.run .
figures() { try "$@" | sed -E -e '/^ftbench [0-9]/d' -e 's/searched in [0-9.]+ s/searched in N s/'; }

figures ftbench eval --run graded.run graded.qrels
figures ftbench eval --run graded.run graded.tsv
figures ftbench eval --run single.run single.qrels
ftbench eval --json --run graded.run graded.qrels | keys
ftbench eval --raw --run graded.run graded.qrels | field by_query

# Beyond ranks 10, 100 and 1000: relevant at 10, 100, 101, 1000 and 1001.
awk 'BEGIN { for (i = 1; i <= 1005; i++) print "1 Q0 d" i, i, 2000 - i, "x" }' >deep.run
for i in 10 100 101 1000 1001; do echo "1 0 d$i 1"; done >deep.qrels
figures ftbench eval --run deep.run deep.qrels

# An index: documents of several passages rank by the best one, queries are plain text.
printf '%s\n' '{"_id":"t1","title":"Tea","text":"Green tea.\n\nTea is not coffee."}' \
    '{"_id":"t2","text":"Coffee and cake.\n\nMore cake.\n\nTea at last."}' '{"_id":"t3","text":"Water."}' |
    ftindex build --quiet --passages paragraph:3 i.ft -
printf '%s\n' '{"_id": "1", "text": "-tea \"coffee"}' '{"_id": 2, "metadata": {}, "text": "water"}' \
    '{"_id": "9", "text": "not judged"}' >queries.jsonl
printf '1\tt1\t1\n1\tt2\t2\n2\tt3\t1\n3\tt1\t1\n' >qrels.tsv
figures ftbench eval i.ft queries.jsonl qrels.tsv
printf '1\t-tea "coffee\n2\twater\n' >queries.tsv
figures ftbench eval i.ft queries.tsv qrels.tsv | tail -n 6 | head -n 2
printf '%s\n' '<top>' '<num> Number: 1' '<title> -tea' ' "coffee' '' '<desc> Description:' 'cake, <i>x</i> < y' '</top>' \
    '<top><num>2</num><title>Topic: water</title></top>' >topics
figures ftbench eval i.ft topics qrels.tsv | tail -n 6 | head -n 2
ftbench eval --json --k1 0.9 --b 0.4 i.ft topics qrels.tsv | field index

# What cannot be used.
try ftbench eval i.ft queries.jsonl
try ftbench eval --run graded.run i.ft queries.jsonl qrels.tsv
try ftbench eval nosuch.ft queries.jsonl qrels.tsv
try ftbench eval i.ft nosuch.jsonl qrels.tsv
try ftbench eval i.ft queries.jsonl nosuch.tsv
printf '{"_id":"1"}\n' >bad.jsonl && try ftbench eval i.ft bad.jsonl qrels.tsv
printf '\n<top>\n<num> 1\n</top>\n' >bad.topics && try ftbench eval i.ft bad.topics qrels.tsv
printf '<top>\n<num> 1\n' >bad.topics && try ftbench eval i.ft bad.topics qrels.tsv
printf '1\ttea\n1\ttea\n' >twice.tsv && try ftbench eval i.ft twice.tsv qrels.tsv
printf '01\ttea\n' >zeros.tsv && try ftbench eval i.ft zeros.tsv qrels.tsv
printf '' >empty && try ftbench eval i.ft empty qrels.tsv
try ftbench eval i.ft queries.jsonl empty
printf '1 0 a\n' >bad.qrels && try ftbench eval i.ft queries.jsonl bad.qrels
printf '1 0 a one\n' >bad.qrels && try ftbench eval i.ft queries.jsonl bad.qrels
printf '1 0 a 1\n1 0 a 0\n' >bad.qrels && try ftbench eval i.ft queries.jsonl bad.qrels
printf 'q1 Q0 a 1 high x\n' >bad.run && try ftbench eval --run bad.run graded.qrels
printf 'q1 Q0 a 1 2\n' >bad.run && try ftbench eval --run bad.run graded.qrels
printf 'q1 Q0 a 1 2 x\nq1 Q0 a 2 1 x\n' >bad.run && try ftbench eval --run bad.run graded.qrels
