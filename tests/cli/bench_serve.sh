# ftbench serve: the search-benchmark-game's protocol, and RUN_k.
records >r.jsonl
ftindex build --quiet r.ft r.jsonl
printf '%s\t%s\n' COUNT tea COUNT '+tea +coffee' COUNT '"green tea"' COUNT nosuchword TOP_1 tea TOP_10 'tea coffee' \
    TOP_10 nosuchword TOP_1000 tea TOP_10_COUNT 'tea coffee' TOP_1_COUNT tea RUN_1 '"tea and coffee"' RUN_10 nosuchword \
    RUN_2 'tea coffee' NOOP x TOP_0 tea TOP_x tea TOP_10_COUNTS tea RUN_ tea RUN_4294967296 tea count tea '' tea >asked
printf 'NOOP\nCOUNT\n\n' >>asked
try ftbench serve r.ft <asked
ftbench serve --exhaustive r.ft <asked >exhaustive
ftbench serve r.ft <asked | cmp - exhaustive && echo same
printf 'RUN_4\ttea\n' | ftbench serve --b 0 --k1 2 r.ft
printf 'COUNT\ttea' | ftbench serve r.ft
try ftbench serve nosuch.ft </dev/null
try ftbench serve </dev/null
