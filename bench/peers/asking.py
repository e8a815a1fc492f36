"""Asking an engine that serves, and timing its answers."""
import os
import statistics
import subprocess
import time

from engines import EngineFailed, fill
from machine import busy_seconds
from sampling import family

N_NOOPS = 200
UNSUPPORTED = "UNSUPPORTED"
COUNTING_CELLS = 10 # the counts that are compared may take so many times the limit of a cell
CHECK_EVERY = 20    # of the queries, for the comparison with --exhaustive


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
        self.left = {family(tag): seconds * 1e9 for tag, _ in queries}

    def open(self, tag):
        return self.left[family(tag)] > 0

    def spend(self, tag, took):
        self.left[family(tag)] -= took


def count_all(session, queries, args):
    """The engine's count of each query, None where its time was up."""
    clock, answers = Clock(queries, COUNTING_CELLS * args.cell), []
    for tag, query in queries:
        answer = None
        if clock.open(tag):
            answer, took = session.ask("COUNT", query)
            clock.spend(tag, took)
        answers.append(answer)
    return answers


def warm_up(session, command, queries, seconds, again):
    """`again`: all of the time, else one pass at most."""
    begun, at = time.monotonic(), 0
    clock = Clock(queries, seconds / len({family(tag) for tag, _ in queries}))
    while time.monotonic() - begun < seconds and (again or at < len(queries)):
        if at % len(queries) == 0 and not any(clock.open(tag) for tag, _ in queries):
            break
        tag, query = queries[at % len(queries)]
        if clock.open(tag):
            clock.spend(tag, session.ask(command, query)[1])
        session.ask("NOOP")
        at += 1


def measure(session, command, queries, args):
    """Samples in nanoseconds by query, those of NOOP, and the passes that all families completed."""
    clock, samples, noops, passes = Clock(queries, args.cell), {}, [[] for _ in range(N_NOOPS)], 0
    for _ in range(args.passes):
        if not any(clock.open(tag) for tag, _ in queries):
            break
        for place in noops:
            place.append(session.ask("NOOP")[1])
        whole = True
        for i, (tag, query) in enumerate(queries):
            if not clock.open(tag):
                whole = False
                continue
            answer, took = session.ask(command, query)
            clock.spend(tag, took)
            if answer != UNSUPPORTED:
                samples.setdefault(i, []).append(took)
        passes += whole
    return samples, noops, passes


def ask_command(e, index, command, queries, args, counts):
    """One command's samples and conditions; the counts too if `counts`."""
    session = Session(fill(e.serve, index))
    busy, begun, own = busy_seconds(), time.monotonic(), time.process_time()
    answers = []
    try:
        if counts:
            answers = count_all(session, queries, args)
        warm_up(session, command, queries, args.jit_warmup if e.jit else args.warmup, e.jit)
        samples, noops, passes = measure(session, command, queries, args)
        peak, private = session.memory()
    finally:
        cpu = session.close()
    seconds, own = time.monotonic() - begun, time.process_time() - own
    return answers, {
        "passes": passes, "measured": len(samples), "peak_rss_bytes": peak, "private_bytes": private,
        "noop_best_ns": statistics.mean(min(s) for s in noops),
        "noop_median_ns": statistics.mean(statistics.median(s) for s in noops),
        "others_cores": max(0.0, (busy_seconds() - busy - cpu - own) / seconds),
        "samples_ns": [samples.get(i, []) for i in range(len(queries))]}


def check_exhaustive(e, index, commands, queries):
    """Hits and scores of one query in twenty, with and without pruning: [{k, query}] of those that differ."""
    ks = sorted({int(command.split("_")[1]) for command in commands if command.startswith("TOP_")}) or [10]
    fast, slow = Session(fill(e.serve, index)), Session(fill(e.serve, index) + ["--exhaustive"])
    differ, checked = [], queries[::CHECK_EVERY]
    try:
        for k in ks:
            for _, query in checked:
                if fast.ask(f"RUN_{k}", query)[0] != slow.ask(f"RUN_{k}", query)[0]:
                    differ.append({"k": k, "query": query})
    finally:
        fast.close()
        slow.close()
    return {"queries": len(checked), "k": ks, "differ": differ}
