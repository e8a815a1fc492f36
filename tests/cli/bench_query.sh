# ftbench query: what a report holds; the times themselves are nobody's business here.
records >r.jsonl
ftindex build --quiet r.ft r.jsonl
printf 'one\ttea\none\tcoffee\ntwo\t"green tea"\n' >q.tsv
printf '%s\n' '{"query":"tea","tags":["one","term"]}' '{"query":"green tea","tags":["two"],"more":[1,{"a":2}]}' >q.jsonl
ftbench query --json --passes 2 r.ft q.tsv >report
keys <report
field results.0 <report | sed -E 's/: [0-9.]+([,}])/: N\1/g'
python3 -c '
import json
report = json.load(open("report"))
print(report["queries"], report["passes"], report["index"]["documents"])
for r in report["results"]:
    best, medians = r, r["medians"]
    ordered = best["min_us"] <= best["p50_us"] <= best["p90_us"] <= best["p99_us"] <= best["max_us"]
    print(r["command"], r["tag"], r["queries"], ordered, best["mean_us"] <= medians["mean_us"], r["qps"] > 0)'
ftbench query --raw --passes 3 --commands COUNT,RUN_5 r.ft q.jsonl |
    python3 -c '
import json, sys
for command, queries in json.load(sys.stdin)["samples"].items():
    print(command, [(q["query"], len(q["ns"])) for q in queries])'
ftbench query --passes 1 --commands TOP_10 r.ft q.jsonl | sed -E '1,2d; s/[0-9]+\.[0-9]+/N/g; s/ +[0-9]+( +N)$/ N\1/; s/  +/ /g'
try ftbench query r.ft nosuch.tsv
printf 'no tab\n' >bad.tsv && try ftbench query r.ft bad.tsv
printf '{"query":3}\n' >bad.tsv && try ftbench query r.ft bad.tsv
printf '\n' >bad.tsv && try ftbench query r.ft bad.tsv
try ftbench query --commands TOP r.ft q.tsv
try ftbench query r.ft
try ftbench guess r.ft
try ftbench
