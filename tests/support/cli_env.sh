# Read by each script of tests/cli before it starts: how a transcript is written, and sample documents.

# Shows a command, what it printed, what it complained of (lines with `!`), and its status unless 0 (`= N`).
try() {
    printf '$'
    printf ' %s' "$@"
    printf '\n'
    quietly "$@"
}

quietly() {
    local status=0
    "$@" 2>"$TMPDIR/complaints" || status=$?
    sed 's/^/! /' "$TMPDIR/complaints"
    [ "$status" -eq 0 ] || echo "= $status"
}

# The same with times, sizes of memory and of files made the same everywhere.
try_scrubbed() {
    try "$@" | scrub
}

scrub() {
    sed -E -e 's/"(took_us|peak_rss_bytes|index_bytes)":[ ]?[0-9]+/"\1":N/g' -e 's/"seconds":[ ]?[0-9.e+-]+/"seconds":N/g' \
        -e 's/[0-9.]+ (s|ms|MB\/s)\b/N \1/g' -e 's/[0-9a-f]{8,}\.(seg|src)/HASH.\1/g' \
        -e 's/(index|merged,) [0-9.]+ (bytes|[KMG]B)/\1 N bytes/g' -e 's/"bytes":\{[^}]*\}/"bytes":{...}/g'
}

# Waits until a writer in the background holds the index. Only looks: a writer that tried would keep the other out.
until_locked() {
    for _ in $(seq 200); do
        if [ -e "$1/LOCK" ] && grep -q ":$(stat -c %i "$1/LOCK") " /proc/locks; then
            return 0
        fi
        sleep 0.05
    done
    echo "nobody locks $1"
}

# Kills a process in the background without the shell's remark on it.
kill_quietly() {
    disown "$1"
    kill -KILL "$1"
    while kill -0 "$1" 2>/dev/null; do
        sleep 0.02
    done
}

# field NAME: that member of each JSON line of standard input, as JSON.
field() {
    python3 -c '
import json, sys
for line in sys.stdin:
    value = json.loads(line)
    for key in sys.argv[1].split("."):
        value = value[int(key)] if isinstance(value, list) else value[key]
    print(json.dumps(value, ensure_ascii=False))' "$1"
}

# Keys of each JSON line, in order.
keys() {
    python3 -c '
import json, sys
for line in sys.stdin:
    print(" ".join(json.loads(line)))'
}

# A few files about a garden.
garden() {
    mkdir -p garden/notes
    printf '%s\n' 'What the old gardener wrote about his apple trees' '' \
        'The apple tree by the gate is older than the house.' 'It bears fruit every other year.' '' \
        'In a wet spring the blossom rots. In a dry one the apple tree by the wall does better.' >garden/apples.txt
    printf '%s\n' 'Beans' '' 'Sow beans after the last frost. The 75th anniversary bean, a climbing one, is hardy.' \
        >garden/notes/beans.txt
    printf '%s\n' 'Weather' '' 'Rain on the 3rd, frost on the 4th; no beans yet. An anniversary: the 75th.' \
        >garden/notes/weather.txt
}

# Four records.
records() {
    printf '%s\n' '{"_id":"r1","title":"Tea","text":"Green tea is not fermented."}' \
        '{"_id":"r2","title":"Coffee","text":"Coffee is roasted; tea is not."}' \
        '{"_id":"r3","text":"Water boils."}' \
        '{"_id":"r4","title":"Tea and coffee","text":""}'
}
