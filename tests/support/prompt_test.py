"""The interactive session and the pager, driven through a pseudo-terminal. Prints a line for each part that passed.

Run in a folder with the index g.ft of the folder garden/, n.ft of records, and home/."""

import os
import re
import signal
import stat
import subprocess
import termios

from terminal import Terminal

HERE = os.getcwd()
HOME = {"HOME": f"{HERE}/home", "XDG_STATE_HOME": None, "EDITOR": None, "PAGER": "cat", "LESS": None, "NO_COLOR": None}
HISTORY = "home/.local/state/fulltext/history"


def script(name, text):
    with open(name, "w") as file:
        file.write("#!/bin/sh\n" + text)
    os.chmod(name, 0o755)
    return f"{HERE}/{name}"


def session(*arguments, rows=100, columns=80, greeted=True, **env):
    terminal = Terminal(["ftsearch", *arguments], dict(HOME, **env), rows, columns)
    if greeted:
        terminal.expect(r":help lists the commands, Ctrl-D leaves\.\n\w+> $")
    return terminal


def leave(terminal):
    terminal.type("\x04")
    terminal.finish()


def has(text, *patterns):
    for pattern in patterns:
        assert re.search(pattern, text), f"no {pattern!r} in:\n{text}"


def lacks(text, *patterns):
    for pattern in patterns:
        assert not re.search(pattern, text), f"{pattern!r} in:\n{text}"


def width(text):
    """Of the widest line of a snippet."""
    return max(len(line) for line in text.split("\n") if re.match("   [^ ]", line))


def test_queries():
    t = session("g.ft")
    has(t.ask("apple tree"), r"^3 passages +[0-9.]+ ms\n", r"\n1  [0-9.]+  What the old", r"\n2  ", r"apples\.txt:3\n")
    t.type("apple\n")
    has(t.expect("> $"), "\x1b\\[1;4mapple\x1b\\[0m tree")
    has(t.ask('"apple'), "note: .*quot", "^2 passages|^3 passages")
    has(t.ask("zebra"), "^0 passages")
    has(t.ask("   "), "^$")
    leave(t)


def test_pages():
    t = session("-k", "2", "n.ft")
    has(t.ask(":more"), "ftsearch: :more: nothing was searched yet")
    first = t.ask("number")
    has(first, "^5 passages", r"\n1  ", r"\n2  ")
    lacks(first, r"\n3  ")
    has(t.ask(":more"), r"\n3  ", r"\n4  ")
    has(t.ask(":m"), r"\n5  ")
    has(t.ask(":more"), r"^That was all\.$")
    has(t.ask(":show 1"), r"\n1  ")
    has(t.ask(":show 6"), "ftsearch: :show: 6: there is no such hit in the list\nhint: ':more'")
    has(t.ask(":show nine"), "not the number of a hit")
    leave(t)


def test_passages():
    t = session("g.ft")
    t.ask("fruit")
    has(t.ask(":show"), r"\n1  [0-9.]+", "It bears fruit")
    has(t.ask(":next"), r"apples\.txt, passage 3 of 3\n   In a wet spring")
    has(t.ask(":next"), "That was its last passage")
    has(t.ask(":prev"), "passage 2 of 3")
    has(t.ask(":prev"), "passage 1 of 3")
    has(t.ask(":prev"), "That was its first passage")
    has(t.ask(":explain 1"), r"idf [0-9.]+, 1 in [0-9]+ tokens")
    leave(t)


def test_settings():
    t = session("g.ft")
    t.ask("apple")
    has(t.ask(":group document"), "^1 document ")
    has(t.ask(":group"), "^group document$")
    has(t.ask(":group folder"), "neither document nor passage")
    has(t.ask(":group passage"), "^3 passages")
    t.ask(":set k 1")
    lacks(t.ask("apple"), r"\n2  ")
    t.ask(":set and on")
    has(t.ask("frost anniversary apple"), "^0 passages")
    t.ask(":set and off")
    t.ask(":set plain on")
    has(t.ask("-apple"), "^3 passages")
    t.ask(":set width 40")
    assert width(t.ask("apple")) <= 40
    has(t.ask(":set"), "k     1\nwidth 40\nplain on\nand   off\npager on")
    has(t.ask(":set k no"), "k is a number")
    has(t.ask(":set plain 7"), "plain is on or off")
    has(t.ask(":set widht 9"), "hint: did you mean 'width'")
    has(t.ask(":stats"), r"documents +3\n", r"language +english\n")
    has(t.ask(":help"), ":explain N", ":quit")
    has(t.ask(":opne 1"), "ftsearch: :opne: no such command\nhint: did you mean ':open'")
    has(t.ask(":\x16\x1b[31m"), r"no such command")
    t.type(":quit\n")
    t.finish()


def test_open():
    editor = script("editor", 'printf "<%s>" "$@"; echo\n')
    t = session("g.ft", EDITOR=editor + "  -x")
    t.ask("fruit")
    has(t.ask(":open 1"), r"^<-x><\+4><\./garden/apples\.txt>$")
    leave(t)
    # A record is no file; nor is a file opened where there is no editor.
    t = session("n.ft", EDITOR=editor)
    t.ask("number")
    has(t.ask(":open 2"), "^Record 2\n\nThe number 2\\.$")
    leave(t)
    t = session("g.ft")
    t.ask("fruit")
    t.type(":open\n")
    has(t.expect("> $"), "The apple tree by the gate", "\x1b\\[1;4mfruit\x1b\\[0m")
    leave(t)
    t = session("g.ft", EDITOR="/nowhere/editor")
    t.ask("fruit")
    has(t.ask(":open 1"), "ftsearch: :open: /nowhere/editor: No such file")
    leave(t)
    # An editor that leaves the terminal in a state.
    t = session("g.ft", EDITOR=script("rude", "stty raw -echo\n"))
    t.ask("fruit")
    has(t.ask(":open 1"), "^$")
    has(t.ask("fruit"), "^1 passage")
    leave(t)


def test_hostile_names():
    editor = script("editor", 'printf "<%s>" "$@"; echo\n')
    t = session("h.ft", EDITOR=editor)
    shown = t.ask("hostile")
    has(shown, r"\+:!id;\\x1b\[31m")
    assert "\x1b" not in shown
    t.ask(":set plain on")
    t.type(":open 1\n")
    has(t.expect("> $"), r"<\+1><\./\+:!id;")
    leave(t)


def test_interrupts():
    t = session("g.ft")
    t.type("half a line")
    t.expect("half a line$")
    t.type("\x03")
    t.expect(r"\^C\n\w+> $")
    has(t.ask("fruit"), "^1 passage")
    t.type("another")
    t.expect("another$")
    os.kill(t.pid, signal.SIGINT)
    t.expect(r"\^C\n\w+> $")
    has(t.ask("fruit"), "^1 passage")
    leave(t)
    for number in signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT:
        t = session("g.ft")
        t.type("half")
        t.expect("half$")
        assert not t.is_as_found()
        os.kill(t.pid, number)
        t.finish()
    t = session("g.ft")
    t.type("ha\x1c")
    t.finish()
    t = session("g.ft")
    os.close(t.master)  # the terminal goes away
    os.close(t.slave)
    assert os.waitstatus_to_exitcode(os.waitpid(t.pid, 0)[1]) == 0


def test_stop():
    t = session("g.ft")
    t.type("fru")
    t.expect("fru$")
    t.type("\x1a")

    def stopped():
        pid, status = os.waitpid(t.pid, os.WUNTRACED | os.WNOHANG)
        return pid and os.WIFSTOPPED(status)

    t.wait_for(stopped, "it does not stop")
    assert t.is_as_found()
    os.kill(t.pid, signal.SIGCONT)
    t.expect("fru$")
    has(t.ask("it"), "^1 passage")
    leave(t)


def test_resize():
    t = session("g.ft", columns=100)
    wide = t.ask("apple")
    t.resize(40, 40)
    os.kill(t.pid, signal.SIGWINCH)
    narrow = t.ask("apple")
    assert width(narrow) <= 40 < width(wide)
    leave(t)


def test_history():
    if os.path.exists(HISTORY):
        os.remove(HISTORY)
    t = session("g.ft")
    t.ask("first words")
    t.ask("first words")
    t.ask(":stats")
    leave(t)
    with open(HISTORY) as file:
        assert file.read() == "first words\n:stats\n"
    assert stat.S_IMODE(os.stat(HISTORY).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(os.path.dirname(HISTORY)).st_mode) == 0o700
    os.chmod(HISTORY, 0o644)
    t = session("g.ft")
    t.type("\x1b[A\x1b[A")
    t.expect("first words$")
    has(t.ask(" beans"), "^[1-9]")
    leave(t)
    assert stat.S_IMODE(os.stat(HISTORY).st_mode) == 0o600
    with open(HISTORY) as file:
        assert file.read().split("\n")[-2] == "first words beans"
    # A long one is cut, and hostile lines do no harm.
    with open(HISTORY, "wb") as file:
        file.write(b"old\n" * 5000 + b"\x1b[31m\xff\x00x\nnewest\nhalf")
    t = session("g.ft")
    t.type("\x1b[A")
    t.expect("newest$")
    t.type("\n")
    t.expect("> $")
    leave(t)
    assert os.path.getsize(HISTORY) < 10000
    # Elsewhere, and nowhere.
    t = session("g.ft", XDG_STATE_HOME=f"{HERE}/state")
    t.ask("apple")
    leave(t)
    assert os.path.exists("state/fulltext/history")
    missing = f"{HERE}/missing"
    for env in {"XDG_STATE_HOME": "/dev/null/state"}, {"HOME": None}, {"XDG_STATE_HOME": "relative", "HOME": missing}:
        t = session("g.ft", **env)
        lacks(t.ask("apple"), "history|denied|directory")
        leave(t)
    assert not os.path.exists("relative") and not os.path.exists(missing)


def test_text():
    # What is typed is UTF-8, whatever the locale.
    t = session("n.ft", LC_ALL="C")
    has(t.ask("grüße"), "^1 passage", "Grüße aus dem Norden")
    leave(t)
    t = session("--format", "json", "n.ft")
    has(t.ask("grüße"), '^{"qid":"1","query":"grüße"')
    leave(t)
    t = session("--count", "n.ft")
    has(t.ask("number"), "^5$")
    leave(t)


def test_without_library():
    os.makedirs("empty", exist_ok=True)
    open("empty/libedit.so.2", "w").close()
    t = session("g.ft", LD_LIBRARY_PATH=f"{HERE}/empty")
    has(t.ask("fruit"), "^1 passage")
    t.type("half")
    t.expect("half$")
    t.type("\x03")
    t.expect(r"\n\w+> $")
    has(t.ask(":stats"), "documents +3")
    leave(t)
    t = session("g.ft", TERM="dumb")
    has(t.ask("fruit"), "^1 passage")
    leave(t)


def test_pager():
    pager = script("pager", 'printf "[%s]" "$@"; echo; cat; echo paged; exit 3\n')

    def once(*arguments, rows=10, **env):
        return session(*arguments, rows=rows, greeted=False, **env).finish()

    has(once("n.ft", "number", PAGER=pager + " -a  -b"), r"^\[-a\]\[-b\]\n5 passages", r"\n5  ", "paged")
    lacks(once("n.ft", "number", rows=60, PAGER=pager), "paged")
    lacks(once("--format", "json", "n.ft", "number", rows=2, PAGER=pager), "paged")
    lacks(once("n.ft", "number", PAGER=pager, TERM="dumb"), "paged")
    has(once("n.ft", "number", PAGER=""), "^5 passages")
    has(once("n.ft", "number", PAGER="/nowhere/pager"), "^5 passages")
    has(once("n.ft", 'number "', PAGER=pager), "(?s)paged.*note: ")
    script("less", 'printf "[%s]" "$@" "$LESS"; cat\n')
    has(once("n.ft", "number", PAGER=None, PATH=f"{HERE}:{os.environ['PATH']}"), r"^\[-FRX\]\[FRX\]5 passages")
    script("less", "exit\n")  # one that reads nothing
    assert once("n.ft", "number", PAGER="less", PATH=f"{HERE}:{os.environ['PATH']}") == ""
    t = session("n.ft", rows=10, PAGER=pager)
    has(t.ask("number"), r"paged")
    t.ask(":set pager off")
    lacks(t.ask("number"), r"paged")
    leave(t)


def test_no_terminal():
    # No session where standard input or output is none.
    done = subprocess.run(["ftsearch", "g.ft"], input=b"fruit\n:help\n", capture_output=True, check=False)
    assert done.returncode == 0 and done.stdout.startswith(b"garden/apples.txt:4:"), done
    assert b"colon" not in done.stdout


if __name__ == "__main__":
    for name, test in list(globals().items()):
        if name.startswith("test_"):
            test()
            print(name[5:].replace("_", " "))
