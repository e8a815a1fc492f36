# After INDEX only words that begin with `--` are options; `-x` is query; a lone `--` is dropped, all after it is query.
records >r.jsonl
try ftindex build --quiet r.ft r.jsonl
try ftsearch r.ft --count tea
try ftsearch r.ft tea --count
try ftsearch r.ft tea -coffee --count
try ftsearch r.ft -k 1 tea --count
try ftsearch r.ft -- tea --count
try ftsearch -- r.ft tea --count
try ftsearch r.ft tea -- -fermented
try ftsearch r.ft --nosuch tea
try ftsearch --nosuch r.ft tea
try ftsearch --fromat json r.ft tea
try ftsearch --count=yes r.ft tea
try ftsearch --top=1 r.ft tea
try ftsearch --top 1 r.ft tea
try ftsearch -k1 r.ft tea
try ftsearch
try ftsearch --top
try ftindex
try ftindex biuld x.ft r.jsonl
try ftindex build
try ftindex build x.ft
try ftindex build --langg english x.ft r.jsonl
try ftindex build --lang klingon x.ft r.jsonl
try ftindex build --format docx x.ft r.jsonl
try ftindex build --passages page x.ft r.jsonl
try ftindex delete r.ft
try ls
