# The line that says how far a build or a merge is, on a pseudo-terminal.
mkdir in
for i in 1 2 3 4; do
    echo "some words in file $i, and no more than that" >"in/$i-$(printf 'a-long-name-%.0s' 1 2 3 4 5).txt"
done
cat >slow <<'END'
#!/bin/sh
sleep 0.3
cat
END
chmod +x slow
mkfifo pipe
python3 -B "$(dirname "$BASH_ENV")/progress_test.py"
