#!/bin/bash
# tests/kill.sh [--count] - kills ftindex with SIGKILL at random moments of build, add, delete, a deletion after which
# segments are rewritten, merge and update.
# Afterwards the index is as it was before or complete, check is clean, the command run again succeeds, no stray file
# is left, and the segments are byte for byte those of an undisturbed run.
#
#   FT_KILLS=N      kills of each of the six commands (17)
#   FT_KILL_DOCS=N  documents of the collection (2000)
#   FT_SEED=N       other moments
set -u
cd "$(dirname "$0")/.." || exit 3
build=$(cd "${BUILD:-build}" && pwd) || exit 3
[ "${1-}" = --count ] && echo 6 && exit 0
kills=${FT_KILLS:-17} docs=${FT_KILL_DOCS:-2000}
RANDOM=${FT_SEED:-7501}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 3
PATH=$build:$PATH

# Seeded documents; the id carries a number, every text the word "everywhere".
documents() { # first, last
    awk -v first="$1" -v last="$2" 'BEGIN {
        srand(first + 1)
        for (i = first; i <= last; i++) {
            printf "{\"_id\":\"doc%d\",\"title\":\"Title %d\",\"text\":\"everywhere", i, i
            for (k = 0; k < 120; k++)
                printf " w%d", int(exp(rand() * 10))
            printf "\"}\n"
        }
    }'
}

documents 1 "$docs" >base.jsonl
documents $((docs * 3 / 4)) $((docs * 3 / 2)) >more.jsonl
seq -f 'doc%g' 1 3 "$docs" >ids
seq -f 'doc%g' $((docs * 3 / 5)) $((docs * 23 / 20)) >most

# Other records than before: some gone, some changed, some new.
edit() {
    awk 'NR % 7 { if (NR % 5 == 0) sub("everywhere", "everywhere else"); print }' "$1" >edited
    documents $((docs * 2)) $((docs * 2 + docs / 10)) >>edited
    mv edited "$1"
}

# Names of files, numbers of temporary ones and hashes of what holds times apart.
names() {
    ls -A "$1" | sed -E -e 's/^[0-9a-f]{16}\.src$/HASH.src/' -e 's/[0-9]*$//'
}

segments() { # index: names and contents of its segments
    (cd "$1" && sha256sum -- *.seg)
}

milliseconds() {
    echo $(($(date +%s%N) / 1000000))
}

state() { # index: what it answers, or that there is none
    local status=0 total
    total=$(ftsearch --count "$1" everywhere 2>complaint) || status=$?
    case $status in
    0 | 1) echo "index of $total" ;;
    2) echo "no index" ;;
    *) echo "status $status: $(cat complaint)" ;;
    esac
}

fail() {
    echo "kill: $name: after kill $hits at $at ms: $*"
    bad=1
}

# trial NAME BEFORE COMMAND...: BEFORE is the index to start from ('' for none); the command works on work.ft.
trial() {
    name=$1 before=$2 bad=0 hits=0 missed=0
    shift 2
    local began whole span after_before after_done got files
    rm -rf work.ft
    [ -z "$before" ] || cp -r "$before" work.ft
    after_before=$(state work.ft)
    began=$(milliseconds)
    "$@" >/dev/null 2>complaint || { echo "kill: $name: $(cat complaint)" && failed=$((failed + 1)) && return; }
    whole=$(($(milliseconds) - began))
    after_done=$(state work.ft)
    segments work.ft >"undisturbed"
    files=$(names work.ft)
    rm -rf "done.$name"
    cp -r work.ft "done.$name"
    span=$whole
    while [ "$hits" -lt "$kills" ]; do
        rm -rf work.ft
        [ -z "$before" ] || cp -r "$before" work.ft
        # A quarter of the moments lie near the end, where the commit is.
        at=$((RANDOM % (span + 2)))
        [ $((RANDOM % 4)) -ne 0 ] || at=$((span - span / 10 + RANDOM % (span / 8 + 2)))
        "$@" >/dev/null 2>&1 &
        local pid=$!
        sleep "$(printf '%d.%03d' $((at / 1000)) $((at % 1000)))"
        kill -KILL $pid 2>/dev/null
        wait $pid 2>/dev/null
        if [ $? -ne 137 ]; then # it was done before; look for a shorter time, there is a run for each kill
            missed=$((missed + 1)) span=$((span * 9 / 10))
            [ "$missed" -le $((5 * kills)) ] || fail "missed $missed times"
            [ "$bad" -eq 0 ] || break
            continue
        fi
        hits=$((hits + 1)) span=$((span + span / 20 + 1))
        got=$(state work.ft)
        [ "$got" = "$after_before" ] || [ "$got" = "$after_done" ] || fail "$got"
        if [ "$got" != "no index" ]; then
            ftindex check work.ft >complaint 2>&1 || fail "check: $(head -n 1 complaint)"
        fi
        if [ "$got" = "$after_before" ]; then
            "$@" >/dev/null 2>complaint || fail "again: $(cat complaint)"
        else
            ftindex delete --quiet work.ft nobody 2>complaint || fail "delete: $(cat complaint)"
        fi
        [ "$(state work.ft)" = "$after_done" ] || fail "run again: $(state work.ft), not $after_done"
        segments work.ft | cmp -s - undisturbed || fail "other bytes than undisturbed"
        [ "$(names work.ft)" = "$files" ] || fail "stray files: $(ls -A work.ft | tr '\n' ' ')"
        [ "$bad" -eq 0 ] || break
    done
    if [ "$bad" -eq 0 ]; then
        passed=$((passed + 1))
        echo "kill: $name: $hits kills, $missed missed, of a run of $whole ms"
    else
        failed=$((failed + 1))
    fi
}

passed=0 failed=0
trial build '' ftindex build --quiet --memory 16M work.ft base.jsonl
trial add done.build ftindex add --quiet --memory 16M work.ft more.jsonl
trial delete done.add ftindex delete --quiet --from ids work.ft
trial rewrite done.add ftindex delete --quiet --from most work.ft
trial merge done.delete ftindex merge --quiet work.ft
edit base.jsonl
edit more.jsonl
trial update done.merge ftindex update --quiet --memory 16M work.ft
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
