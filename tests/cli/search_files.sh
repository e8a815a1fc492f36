# A folder of text files: one hit a line in a pipe, statuses, exact counts.
garden
try ftindex build --quiet g.ft garden
try ftsearch g.ft apple
try ftsearch g.ft '"apple tree"'
try ftsearch g.ft '"75th anniversary"'
try ftsearch g.ft 75th anniversary '?'
try ftsearch g.ft --count apple
try ftsearch g.ft --count nothinglikeit
try ftsearch g.ft nothinglikeit
try ftsearch g.ft ''
try ftsearch -k 1 g.ft tree beans
try ftsearch -k 0 g.ft tree
try ftsearch --offset 1 g.ft beans
try ftsearch --offset 5 g.ft beans
