# Formats by name and content, gzip, standard input; what a walk skips; ids as they are reached.
garden
records >r.jsonl
gzip -kc r.jsonl >r.jsonl.gz
gzip -kc garden/apples.txt >apples.txt.gz
try ftindex build --quiet a.ft r.jsonl.gz
try ftsearch --count a.ft tea
try ftindex build --quiet b.ft - <r.jsonl
try ftsearch --count b.ft tea
printf 'x\ttea in a table\n' | try ftindex build --quiet --format tsv c.ft -
try ftsearch --format tsv c.ft tea
printf 'Just text about tea\n' | try ftindex build --quiet --format text d.ft -
try ftsearch d.ft tea
printf '{"text":"no id"}\n' | try ftindex build --quiet --format jsonl e.ft -
try ftsearch --format tsv e.ft id
try ftindex build --quiet f.ft apples.txt.gz
try ftsearch f.ft older
head -c -12 r.jsonl.gz >cut.jsonl.gz
try_scrubbed ftindex build h.ft cut.jsonl.gz
try ftsearch --count h.ft tea
mkdir -p walk/sub/.hidden walk/.git
cp garden/apples.txt walk/z.txt
cp garden/notes/beans.txt walk/sub/b.txt
cp garden/notes/beans.txt walk/sub/.hidden/c.txt
cp garden/notes/beans.txt walk/.git/d.txt
cp garden/notes/beans.txt walk/.e.txt
printf 'bin\0ary beans' >walk/f.bin
ln -s z.txt walk/link.txt
ln -s sub walk/linked
mkfifo walk/fifo
ftindex build --quiet walk/own.ft r.jsonl
try_scrubbed ftindex build --verbose i.ft walk
ftsearch --format tsv i.ft the beans | cut -f 4 | sort
try ftindex build --quiet j.ft ./walk//sub/./b.txt walk/link.txt
ftsearch --format tsv j.ft the beans | cut -f 4 | sort
ftindex build --json --quiet k.ft walk 2>/dev/null | field skipped
printf '\n\n-----\nshort\nThis line has six words here\n' >t1.txt
printf 'a b c\n' >t2.txt
ftindex build --quiet l.ft t1.txt t2.txt
ftsearch --format json l.ft six a | field hits.0.title
ftsearch --format json l.ft six a | field hits.1.title
try ftsearch --count l.ft t2
