# A build that is interrupted goes on where it was. Filters hold it up at known places; one thread joins what is read at
# once, so that what is kept is always the same.
cat >gate.sh <<'END'
name=$(cat)
touch "reached.$name"
until [ -e "open.$name" ]; do sleep 0.02; done
echo "gate $name"
END

# Documents of a megabyte and a half, and a gate behind them.
for i in 1 2 3 4; do
    awk -v i=$i 'BEGIN { srand(i); for (d = 0; d < 1500; d++) { printf "{\"_id\":\"%d-%d\",\"text\":\"everywhere", i, d
        for (k = 0; k < 190; k++) printf " w%d", int(exp(rand() * 9)); print "\"}" } }' >docs$i.jsonl
    echo $i >docs$i.jsonl.gate
done
inputs=$(echo docs{1,2,3,4}.jsonl{,.gate})
build=(ftindex build --threads 1 --memory 16M --filter 'gate=sh gate.sh')

# Runs a build up to gate $1, sends signal $2, and lets the filter end.
stop_at() {
    local gate=$1 signal=$2
    shift 2
    rm -f "reached.$gate"
    "$@" >stopped.out 2>&1 &
    until [ -e "reached.$gate" ]; do sleep 0.02; done
    kill "-$signal" $!
    wait $! 2>/dev/null
    echo "stopped at gate $gate: $?"
    touch "open.$gate"
    cat stopped.out
}

touch open.1 open.2 open.3 open.4
try_scrubbed "${build[@]}" x.ft $inputs
(cd x.ft && sha256sum -- *.seg) >undisturbed
rm -r x.ft open.*

# Interrupted, killed, interrupted; other threads and memory change nothing.
stop_at 1 INT "${build[@]}" x.ft $inputs
try ftsearch x.ft everywhere
stop_at 2 KILL "${build[@]}" x.ft $inputs
stop_at 3 TERM ftindex build --threads 1 --memory 20M --filter 'gate=sh gate.sh' x.ft $inputs
touch open.4
try_scrubbed ftindex build --threads 3 --filter 'gate=sh gate.sh' x.ft $inputs
(cd x.ft && sha256sum -c ../undisturbed) | scrub
ls x.ft | scrub | sort
try_scrubbed ftindex update x.ft
cp docs1.jsonl saved
sed -i '3,5d' docs1.jsonl
try_scrubbed ftindex update x.ft
cp saved docs1.jsonl
rm -r x.ft

# Killed again and again, with several threads: it ends all the same.
rm open.*
for gate in 1 2 3 4; do
    stop_at $gate KILL ftindex build --threads 3 --memory 16M --filter 'gate=sh gate.sh' x.ft $inputs >/dev/null
done
try ftindex build --quiet --filter 'gate=sh gate.sh' x.ft $inputs
(cd x.ft && sha256sum -c ../undisturbed) | scrub
ls x.ft | scrub | sort
rm -r x.ft

# An input that changed, is gone or is new; other arguments; standard input. The result is never a mixture.
mkdir dir
cp docs* dir
cp docs1.jsonl saved
for what in changed gone new arguments stdin; do
    rm -f open.2
    stop_at 2 KILL "${build[@]}" x.ft dir
    input=dir
    set --
    case $what in
    changed) touch dir/docs1.jsonl ;;
    gone) rm dir/docs1.jsonl ;;
    new) echo '{"_id":"late","text":"everywhere and late"}' >dir/docs1.new.jsonl ;;
    arguments) set -- --passages none --k1 1.3 ;;
    stdin) input='- dir' && set -- --format jsonl ;;
    esac
    try_scrubbed "${build[@]}" "$@" x.ft $input <saved
    try ftsearch --count x.ft everywhere
    try_scrubbed ftindex check x.ft
    rm -r x.ft
done

# Standard input cannot be read again.
mkfifo pipe
ftindex build --format jsonl x.ft - <pipe >stopped.out 2>&1 &
exec 9>pipe
until [ -e x.ft/LOCK ]; do sleep 0.02; done
kill -INT $!
wait $!
echo "stopped: $?"
exec 9>&-
cat stopped.out
