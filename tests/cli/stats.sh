# What is in it, for people and for programs.
records >r.jsonl
try ftindex build --quiet r.ft r.jsonl
try_scrubbed ftindex stats --json r.ft
ftindex stats --json r.ft | keys
ftindex stats --json r.ft | field bytes | keys
ftindex build --json --quiet s.ft r.jsonl | keys
ftindex stats r.ft >/dev/null && echo fine
