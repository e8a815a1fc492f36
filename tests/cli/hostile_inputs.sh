# Inputs made to hurt, each beside a good one: a deep nest, a long line, a bomb of entities, one of gzip, NULs, bad UTF-8,
# half a file. They cost themselves at most, little memory, and little time: the whole script has two minutes.
try_one() {
    printf '%s: ' "$1"
    ftindex build --quiet --json --force x.ft "$1" good.txt >out 2>err || echo "status $?"
    python3 -c 'import json
o = json.load(open("out"))
print(o["documents"], "documents,", o["skipped"], "skipped,", "small" if o["peak_rss_bytes"] < 512 << 20 else o["peak_rss_bytes"])'
    sed 's/^/! /' err
    echo "    $(ftsearch --count x.ft goodword) of the good, $(ftsearch --count x.ft deepword) of the bad"
}
many() { python3 -c 'import sys; sys.stdout.write(sys.argv[1] * int(sys.argv[2]) + sys.argv[3])' "$@"; }
echo goodword >good.txt
many '<div>' 100000 'deepword' >deep.html
many '<b><table><tr><td>' 100000 'deepword' >deep_tables.html
{ many '<div>' 100000 '' && many '</i>' 100000 'deepword'; } >stray.html
many '>' 100000 ' deepword' >deep.md
many '- ' 100000 'deepword' >lists.md
many '[a](b "' 100000 ' deepword' >links.md
many '{"a":' 100000 ' deepword' >deep.jsonl
many '<a>' 100000 '<DOC><DOCNO>1</DOCNO><TEXT>deepword</DOC>' >deep.trec
{ printf '<!DOCTYPE html [<!ENTITY a "%s">' lol && many '<!ENTITY b "&a;&a;&a;">' 1000 ']><p>' &&
    many '&b;&amp;' 100000 ' deepword'; } >entities.html
many 'x' 20000000 ' deepword' >line.txt
many 'x' 20000000 ' deepword' >line.md
many 'x' 20000000 ' deepword' >line.html
{ printf 'a\t' && many 'x' 20000000 ' deepword'; } >line.tsv
{ printf '<DOC><DOCNO>1</DOCNO><TEXT>' && many 'x' 20000000 ' deepword</DOC>'; } >line.trec
head -c 200000000 /dev/zero | tr '\0' 'a' | gzip -1 >bomb.html.gz
head -c 200000000 /dev/zero | tr '\0' 'a' | gzip -1 >bomb.md.gz
head -c 200000000 /dev/zero | tr '\0' 'a' | gzip -1 >bomb.trec.gz
printf '<p>deepword\0\0' >nul.html
printf '<p>deepword \xff\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80' >bad.html
printf '# deepword \xff\xc0\x80\xed\xa0\x80' >bad.md
printf '<DOC><DOCNO>\xff</DOCNO><TEXT>deepword \xff\0\xc0</DOC>' >bad.trec
printf '\xff\xfed\0e\0\0\xd8' >half.txt
printf '<html><body><p>deepword<a href="' >cut.html
printf '<DOC><DOCNO>1</DOCNO><TEXT>deepword' >cut.trec
for f in deep*.* stray.html lists.md links.md entities.html line.* bomb.* nul.html bad.* half.txt cut.*; do
    try_one "$f"
done
