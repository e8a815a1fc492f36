"""Asking engines that serve, in turns, and timing their answers."""
import os
import random
import re
import statistics
import subprocess
import time

from engines import EngineFailed, fill
from machine import busy_seconds
from sampling import SEED

N_NOOPS = 50
UNSUPPORTED = "UNSUPPORTED"
COUNTING_CELLS = 10 # the counts that are compared may take so many times the limit of a cell
CHECK_EVERY = 20    # of the queries, for the comparison with --exhaustive
MAX_WORDS = 300     # of queries whose counts differ, that are counted by themselves


class Session:
    """A serving process. The time of an answer is that of writing the question and reading the line."""

    def __init__(self, command):
        self.p = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        self.to, self.of = self.p.stdin.fileno(), self.p.stdout.fileno()

    def ask(self, command, query=""):
        """(answer, nanoseconds)"""
        question = f"{command}\t{query}\n".encode()
        try:
            begun = time.perf_counter_ns()
            os.write(self.to, question)
            reply = os.read(self.of, 65536)
            while reply and not reply.endswith(b"\n"):
                more = os.read(self.of, 65536)
                reply = reply + more if more else b""
            took = time.perf_counter_ns() - begun
        except BrokenPipeError:
            reply = b""
        if not reply:
            raise EngineFailed(f"ended at {command} {query!r}")
        return reply.decode().rstrip("\n"), took

    def memory(self):
        """(peak resident bytes, bytes of its own at this moment)"""
        with open(f"/proc/{self.p.pid}/status") as f:
            lines = dict(line.split(":", 1) for line in f)
        return tuple(int(lines[key].split()[0]) * 1024 for key in ("VmHWM", "RssAnon"))

    def close(self):
        """Ends it. CPU seconds."""
        self.p.stdin.close()
        self.p.stdout.close()
        _, status, used = os.wait4(self.p.pid, 0)
        self.p.returncode = os.waitstatus_to_exitcode(status)
        return used.ru_utime + used.ru_stime


class Clock:
    """The time that each cell, a family of queries under one command, has left."""

    def __init__(self, queries, seconds):
        self.left = {family: seconds * 1e9 for family, _, _ in queries}

    def open(self, family):
        return self.left[family] > 0

    def spend(self, family, took):
        self.left[family] -= took


class Turn:
    """One engine under one command: its process, and what was measured so far."""

    def __init__(self, e, index):
        self.e, self.session, self.failure = e, Session(fill(e.serve, index)), None
        self.samples = {}  # query number -> nanoseconds
        self.noops = {}    # family -> nanoseconds of each place, pass by pass
        self.passes = {}   # family -> complete ones
        self.clock = None

    def tried(self, what, *args):
        """What it returns; None after a failure, which ends the engine's part."""
        if self.failure:
            return None
        try:
            return what(self, *args)
        except EngineFailed as failure:
            self.failure = str(failure)
            return None


def count_all(turn, queries, args):
    """The engine's count of each query, None where its time was up."""
    clock, answers = Clock(queries, COUNTING_CELLS * args.cell), []
    for family, _, query in queries:
        answer = None
        if clock.open(family):
            answer, took = turn.session.ask("COUNT", query)
            clock.spend(family, took)
        answers.append(answer)
    return answers


def warm_up(turn, command, queries, args):
    """An engine that compiles as it runs has all of its time, any other one pass at most."""
    seconds = args.jit_warmup if turn.e.jit else args.warmup
    begun, at = time.monotonic(), 0
    clock = Clock(queries, seconds / len({family for family, _, _ in queries}))
    queries = random.Random(SEED).sample(queries, len(queries))
    while time.monotonic() - begun < seconds and (turn.e.jit or at < len(queries)):
        if at % len(queries) == 0 and not any(clock.open(family) for family, _, _ in queries):
            break
        family, _, query = queries[at % len(queries)]
        if clock.open(family):
            clock.spend(family, turn.session.ask(command, query)[1])
        turn.session.ask("NOOP")
        at += 1


def one_pass(turn, command, family, cell):
    """Asks NOOP, then each query of a cell once, while the cell has time."""
    for place in turn.noops.setdefault(family, [[] for _ in range(N_NOOPS)]):
        place.append(turn.session.ask("NOOP")[1])
    for number, query in cell:
        if not turn.clock.open(family):
            return
        answer, took = turn.session.ask(command, query)
        turn.clock.spend(family, took)
        if answer != UNSUPPORTED:
            turn.samples.setdefault(number, []).append(took)
    turn.passes[family] = turn.passes.get(family, 0) + 1


def measure(turns, command, queries, args):
    """Cell by cell, all engines: a pass of each in turns, each time another one first, so that when the machine is
    slower for a while, it is so for all of them."""
    cells = {}
    for number, (family, _, query) in enumerate(queries):
        cells.setdefault(family, []).append((number, query))
    for turn in turns:
        turn.clock = Clock(queries, args.cell)
    for family, cell in cells.items():
        for number in range(args.passes):
            for place in range(len(turns)):
                turn = turns[(place + number) % len(turns)]
                if turn.clock.open(family):
                    turn.tried(one_pass, command, family, cell)


def record_of(turn, n_queries):
    """Of each query the best and the median pass, and the same of NOOP for each family."""
    peak, private = turn.session.memory()
    kept = [turn.samples.get(i) for i in range(n_queries)]
    return {"passes": turn.passes, "measured": len(turn.samples), "peak_rss_bytes": peak, "private_bytes": private,
            "noop_best_ns": {family: round(statistics.mean(min(s) for s in places))
                             for family, places in turn.noops.items()},
            "noop_median_ns": {family: round(statistics.mean(statistics.median(s) for s in places))
                               for family, places in turn.noops.items()},
            "best_ns": [min(s) if s else None for s in kept],
            "median_ns": [round(statistics.median(s)) if s else None for s in kept]}


def words_in(query):
    return re.findall(r'[^\s"()+]+', re.sub(r'(^|[\s(])-', " ", query))


def words_counted(turns, answers, queries):
    """{word: {engine: count}} of words of queries whose counts differ, each asked for by itself."""
    words = {}
    for number, (_, _, query) in enumerate(queries):
        counts = {of[number] for of in answers.values() if of} - {None, UNSUPPORTED}
        if len(counts) > 1:
            words.update((word, {}) for word in words_in(query))
    for word in list(words)[:MAX_WORDS]:
        for turn in turns:
            answer = turn.tried(lambda t, w: t.session.ask("COUNT", w)[0], word)
            if answer not in (None, UNSUPPORTED):
                words[word][turn.e.name] = answer
    return words


def ask_command(engines, command, queries, args, counts):
    """One command, asked of (engine, index) in turns: ({engine: record}, {engine: failure}, others' load, and if
    `counts` the count of each query by engine and of words by themselves)."""
    turns, answers, words = [], {}, {}
    busy, begun, own = busy_seconds(), time.monotonic(), time.process_time()
    cpu = 0
    try:
        for e, index in engines:
            turns.append(Turn(e, index))
        if counts:
            answers = {turn.e.name: turn.tried(count_all, queries, args) for turn in turns}
            words = words_counted(turns, answers, queries)
        for turn in turns:
            turn.tried(warm_up, command, queries, args)
        measure(turns, command, queries, args)
        records = {turn.e.name: record_of(turn, len(queries)) for turn in turns if not turn.failure}
    finally:
        for turn in turns:
            cpu += turn.session.close()
    seconds, own = time.monotonic() - begun, time.process_time() - own
    load = max(0.0, (busy_seconds() - busy - cpu - own) / seconds)
    return records, {turn.e.name: turn.failure for turn in turns if turn.failure}, load, answers, words


def check_exhaustive(e, index, commands, queries):
    """Hits and scores of one query in twenty, with and without pruning: [{k, query}] of those that differ."""
    ks = sorted({int(command.split("_")[1]) for command in commands if command.startswith("TOP_")}) or [10]
    fast, slow = Session(fill(e.serve, index)), Session(fill(e.serve, index) + ["--exhaustive"])
    differ, checked = [], queries[::CHECK_EVERY]
    try:
        for k in ks:
            for _, _, query in checked:
                if fast.ask(f"RUN_{k}", query)[0] != slow.ask(f"RUN_{k}", query)[0]:
                    differ.append({"k": k, "query": query})
    finally:
        fast.close()
        slow.close()
    return {"queries": len(checked), "k": ks, "differ": differ}
