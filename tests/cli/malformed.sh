# Malformed records are skipped, said with file and line, and counted; --strict stops and changes nothing.
printf '%s\n' '{"_id":"a","text":"apple"}' 'not json' '{"_id":"b"}' '{"_id":"c","text":5}' '' \
    '{"_id":"d","text":"date",}' '[1]' '{"title":"only a title"}' '{"_id":7.50,"contents":"number id"}' \
    '{"docid":"e","body":"bad \ud800 surrogate"}' '{"_id":"f","text":"cut' >m.jsonl
try_scrubbed ftindex build m.ft m.jsonl
try ftindex build --json --quiet n.ft m.jsonl 2>&1 | scrub | grep -o '"\(documents\|skipped\)": *[0-9]*'
try ftsearch --format tsv m.ft apple number surrogate title
try ftindex show m.ft m.jsonl:8
try ftindex build --strict s.ft m.jsonl
try ls
try ftindex add --strict m.ft m.jsonl
ftindex stats --json m.ft | field documents
printf 'a\tapple\nno tab here\nb\tTitle\ttext of b\n\tno id\n' >t.tsv
try_scrubbed ftindex build t.ft t.tsv
try ftsearch --format tsv t.ft apple title text
