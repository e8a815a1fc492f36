# The interactive session and the pager, through a pseudo-terminal.
garden
try ftindex build --quiet g.ft garden --passages paragraph:20
for i in 1 2 3 4 5; do
    echo "{\"_id\":\"n$i\",\"title\":\"Record $i\",\"text\":\"The number $i.\"}"
done >n.jsonl
echo '{"_id":"north","text":"Grüße aus dem Norden."}' >>n.jsonl
try ftindex build --quiet n.ft n.jsonl
mkdir home hostile
echo 'A hostile name.' >"$(printf '+:!id;\033[31m')"
try ftindex build --quiet --force h.ft "$(printf './+:!id;\033[31m')" | sed 's/\x1b/ESC/'
python3 -B "$(dirname "$BASH_ENV")/prompt_test.py"
