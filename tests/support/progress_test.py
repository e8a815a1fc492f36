"""The progress line on a pseudo-terminal. Prints a line for each part that passed.

Run in a folder with four files in in/, of equal size, a filter ./slow, and a fifo named pipe."""

import re
import time

from terminal import Terminal

COLUMNS = 90
# A filter that takes its time makes sure that a line is drawn when the next file begins.
SLOW = ["--filter", "txt=./slow"]


def lines(raw):
    """What was drawn, each line between two erasures; and what stands at the end."""
    drawn = raw.split("\r\x1b[K")
    return drawn[1:-1], drawn[-1]


def finished(terminal, status=0):
    terminal.finish(status)
    return lines(terminal.raw)


def of_files():
    begun = time.monotonic()
    terminal = Terminal(["ftindex", "build", "x.ft", "in", *SLOW], columns=COLUMNS)
    drawn, last = finished(terminal)
    assert re.match(r"4 documents, ", last), last
    assert len(drawn) >= 3, drawn
    assert len(drawn) <= (time.monotonic() - begun) * 10 + 1, "more than ten a second"
    for line in drawn:
        assert len(line) < COLUMNS, line
    shown = [line for line in drawn if " left" in line]
    assert any(re.match(r"25 %  0/0 MB  [0-9.]+ MB/s  [0-9]+ documents/s  [0-9:]+ left  ", line) for line in shown), shown
    assert any(line.endswith("-a-long-name-.txt") and "  ..." in line for line in shown), shown
    print("files: rate, share, time left, the end of the name, ten a second at most")


def narrow():
    for columns in (20, 40):
        terminal = Terminal(["ftindex", "build", "--force", "x.ft", "in", *SLOW], columns=columns)
        drawn, last = finished(terminal)
        assert drawn and all(len(line) < columns for line in drawn), drawn
    print("narrow terminals: it never wraps")


def unknown():
    terminal = Terminal(["ftindex", "build", "--force", "--format", "text", "x.ft", "in", "pipe", *SLOW], columns=200)
    with open("pipe", "w") as pipe:
        pipe.write("words")
    drawn, last = finished(terminal)
    assert drawn and all(re.match(r"0 MB  [0-9.]+ MB/s  [0-9]+ documents/s  ", line) for line in drawn), drawn
    print("a pipe: bytes alone")


def not_wanted():
    for option in ("--no-progress", "--quiet"):
        terminal = Terminal(["ftindex", "build", "--force", option, "x.ft", "in", *SLOW], columns=COLUMNS)
        drawn, last = finished(terminal)
        assert not drawn and "\x1b" not in last, (drawn, last)
    print("not wanted: not drawn")


def interrupted():
    terminal = Terminal(["ftindex", "build", "--force", "x.ft", "in", *SLOW], columns=COLUMNS)
    terminal.expect(r" left  ")
    terminal.type("\x03")
    drawn, last = finished(terminal, 5)
    assert re.search(r"ftindex: x\.ft: interrupted, ", last), last
    print("interrupted: the line is gone, and one says what was kept")


def words(seed, n):
    for i in range(n):
        seed = seed * 1103515245 + 12345 & 0x7fffffff
        yield f"w{seed % 5000}" if i % 11 else "\n"


def of_phases():
    """Enough to merge that it takes more than a tenth of a second; how much that is, the machine says."""
    size = 1 << 18
    while True:
        for part in (1, 2):
            with open(f"big{part}.txt", "w") as file:
                file.write(" ".join(words(part, size)))
            terminal = Terminal(["ftindex", ["build", "add"][part - 1], "--quiet", "--passages", "none",
                                 f"big{size}.ft", f"big{part}.txt"])
            finished(terminal)
        terminal = Terminal(["ftindex", "merge", f"big{size}.ft"], columns=COLUMNS)
        drawn, last = finished(terminal)
        assert last.startswith("merged, "), last
        for line in drawn:
            assert re.match(r"merging: ((text|documents|postings|positions)  [0-9]+ %(  [0-9]+:[0-9]{2} left)?$|waiting)",
                            line), line
        if drawn or size > 1 << 24:
            break
        size *= 4
    assert drawn
    print("merging: phases")


of_files()
narrow()
unknown()
not_wanted()
interrupted()
of_phases()
