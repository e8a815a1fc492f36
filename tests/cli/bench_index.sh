# ftbench index: builds with the ftindex beside it and leaves nothing behind.
garden
records >r.jsonl
mkdir tmp
ftbench index --json --passes 2 --work tmp garden r.jsonl >report
keys <report
python3 -c '
import json
r = json.load(open("report"))
print(r["documents"], r["passages"], r["input_bytes"] > 0, r["passes"], len(r["seconds"]))
print(min(r["seconds"]) == r["min_seconds"] <= r["median_seconds"], r["peak_rss_bytes"] > 1000000)
print(sorted(r["bytes"]), sum(r["bytes"].values()) == r["index_bytes"])
print(r["index_bytes"] - r["bytes"]["stored"] == r["without_stored_bytes"])'
ftbench index --passes 1 --work tmp garden --passages paragraph:5 --threads 1 --memory 32M --lang none |
    sed -E '1d; s/ +[0-9]+(\.[0-9]+)?%?/ N/g'
ls -A tmp
try ftbench index --work tmp nosuch
try ftbench index --work tmp --lang klingon garden | grep -v '^! hint'
try ftbench index --work nosuch garden
try ftbench index
ls -A tmp
