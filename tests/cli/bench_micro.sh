# ftbench micro: every kernel runs; how fast is nobody's business here.
mkdir tmp
ftbench micro --json --time 1 --passes 1 --work tmp >report
keys <report
python3 -c '
import json
report = json.load(open("report"))
groups = {}
for r in report["results"]:
    assert 0 < r["min_ns_per_item"] <= r["median_ns_per_item"] and r["items_per_second"] > 0, r
    assert ("gb_per_second" in r) == (r["bytes_per_call"] > 0), r
    if r["group"] != "search" or r["name"].endswith(", scalar"): # the other sets are as the machine has them
        groups.setdefault(r["group"], []).append(r["name"])
for group, names in groups.items():
    print(group, len(names), len(set(names)), names[0])'
ftbench micro --raw --time 1 --passes 3 --only XXH3 | python3 -c '
import json, sys
print([(r["name"], len(r["ns"])) for r in json.load(sys.stdin)["results"]])'
ftbench micro --time 1 --passes 1 --only dictionary | sed -E '1d; s/ +[0-9.]+/ N/g; s/  +/ /g'
ls -A tmp
try ftbench micro --only nosuch
try ftbench micro words
