# Notes are said on standard error; --and, --plain, --syntax; free text is never an error.
records >r.jsonl
try ftindex build --quiet r.ft r.jsonl
try ftsearch --count r.ft '"green tea'
try ftsearch --count r.ft '-tea'
try ftsearch --count r.ft '(tea'
try ftsearch --count --and r.ft tea coffee
try ftsearch --count --and r.ft 'tea OR water'
try ftsearch --count r.ft tea coffee
try ftsearch --count --plain r.ft '"tea green"'
try ftsearch --count --plain --syntax r.ft '"tea green"'
try ftsearch --count r.ft 'tea AND NOT coffee'
for text in '-' '"' '+' '()' ')(' 'AND' 'NOT' '*' '?' 'C++' 'AT&T' '/etc/passwd' 'a:b' '~' '^' '\' "'" '%s%n' '🙂'; do
    ftsearch --count r.ft "$text" >/dev/null 2>&1
    echo "$text: $?"
done
