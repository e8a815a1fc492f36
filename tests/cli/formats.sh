# Markdown, HTML and TREC: titles, text, lines; formats by name, by content and by --format; other encodings.
mkdir in
printf '%s\n' '---' 'title: Front' '---' '# The *garden*' '' 'Plums are **ripe**; see [the list](http://x.org/plums).' \
    '' '- one plum' '- two plums' '' '| fruit | month |' '|---|---|' '| plum | August |' '' '```' 'plum --eat' '```' \
    '<div>hidden plum</div>' >in/a.md
printf '%s\n' '<!DOCTYPE html><html><head><title>Pears &amp; more</title>' '<style>p { pear: 1 }</style></head><body>' \
    '<h1 class="x">Pears</h1>' '<script>var pear = "<p>pear</p>";</script>' '<p>A pear&nbsp;tree,' \
    'and a <b>p</b>ear.</p><!-- pear --></body></html>' >in/b.html
printf '%s\n' '<DOC>' '<DOCNO> T-1 </DOCNO>' '<HEADLINE>Figs &amp; dates</HEADLINE>' '<TEXT>' '<P>' 'A fig.' '</P>' \
    '</TEXT>' '</DOC>' '<DOC><DOCNO>T-2</DOCNO><TITLE>Only figs</TITLE></DOC>' '<DOC><TEXT>no number</TEXT></DOC>' \
    '<DOC><DOCNO>T-3</DOCNO><TEXT>cut' >in/c.trec
cp in/b.html in/page
cp in/c.trec in/records
try_scrubbed ftindex build a.ft in
try ftindex show a.ft in/a.md
try ftindex show a.ft in/b.html
try ftindex show a.ft T-1
ftsearch --format json a.ft '"two plums"' | field hits.0.line
ftsearch --format json a.ft '"p ear" pear tree' | field hits.0.line
ftsearch --format json a.ft plum | field hits.0.title
ftsearch --format json a.ft pear | field hits.0.title
try ftsearch --count a.ft 'hidden var "-->"'
try ftsearch --format tsv a.ft fig
try ftindex build --quiet --format text t.ft in/a.md
try ftsearch --count t.ft hidden
# Encodings: a mark, a declaration, an option; without any of them bad bytes are read as U+FFFD.
mkdir enc
printf 'caf\xe9 \x80 latin' >enc/latin.txt
printf '\xff\xfec\0a\0f\0\xe9\0 \0w\0i\0d\0e\0' >enc/wide.txt
printf '<meta charset="koi8-r"><p>\xd0\xd2\xc9\xd7\xc5\xd4' >enc/koi.html
try ftindex build --quiet u.ft enc
try ftsearch --format tsv u.ft 'café привет latin'
try ftindex build --quiet --encoding latin1 l.ft enc/latin.txt enc/wide.txt
try ftsearch --format tsv l.ft café
printf '{"_id":"r","text":"caf\xe9"}\n' | try ftindex build --quiet --encoding windows-1252 --format jsonl j.ft -
try ftsearch --format tsv j.ft café
try ftindex build --encoding klingon k.ft enc
try ls
