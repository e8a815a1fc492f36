# Numbers out of range: status 2 and the range that is allowed.
records >r.jsonl
try ftindex build --quiet r.ft r.jsonl
for value in -1 2147483648 1e3 1e30 '' x ' 5' 5x 0x10; do
    try ftsearch --top "$value" r.ft tea
done
for value in -1 9007199254740993 99999999999999999999999; do
    try ftsearch --offset "$value" r.ft tea
done
for value in -0.1 100.1 nan inf 1e999 x; do
    try ftsearch --k1 "$value" r.ft tea
done
for value in -0.1 1.1 nan; do
    try ftsearch --b "$value" r.ft tea
done
for value in 0 1025 -3; do
    try ftsearch --threads "$value" r.ft tea
done
for value in 0 -1 2147483648; do
    try ftsearch --timeout "$value" r.ft tea
done
for value in 0 12Q -1M 99999999999999G; do
    try ftindex build --memory "$value" x.ft r.jsonl
done
try ftindex build --k1 101 x.ft r.jsonl
try ftindex build --passages paragraph:0 x.ft r.jsonl
try ftsearch -k 2147483647 --offset 9007199254740992 --count r.ft tea
try ftsearch --k1 0 --b 0 --format tsv r.ft tea
try ftsearch --k1 100 --b 1 --count r.ft tea
try ls
