"""The engines: how each is started, what it can do, and building an index with it."""
import json
import os
import shutil
import subprocess
import time

from machine import busy_seconds, own_peak

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OURS = "fulltext"
USUAL_BM25 = (1.2, 0.75)


class EngineFailed(Exception):
    pass


class Engine:
    """In commands, {index} stands for its directory and {corpus} for the corpus."""

    def __init__(self, name, program, build, serve, stats, version, note, threads=1, jit=False, english_only=False,
                 any_bm25=True):
        self.name, self.program, self.note, self.threads = name, program, note, threads
        self.build, self.serve, self.stats, self.version = build, serve, stats, version
        self.jit = jit  # compiles while it runs, and is to be warmed up for longer
        self.english_only = english_only
        self.any_bm25 = any_bm25  # else its parameters are USUAL_BM25


def known_engines(out, lang, threads, k1, b):
    """All of them, with programs in folder `out`. Those that take BM25's parameters are given k1 and b."""
    out = os.path.join(ROOT, out)
    ftindex, ftbench = os.path.join(out, "ftindex"), os.path.join(out, "ftbench")
    parallel = ["--threads", str(threads)]

    bm25 = ["--k1", f"{k1:g}", "--b", f"{b:g}"]

    def peer(name, program, note, options=(), any_bm25=False, **more):
        path = os.path.join(out, "peers", program)
        return Engine(name, path, [path, "index", "--lang", lang, *options, "{corpus}", "{index}"],
                      [path, "serve", *(bm25 if any_bm25 else []), "{index}"], [path, "stats", "{index}"],
                      [path, "version"], note, any_bm25=any_bm25, **more)

    lucene = ("StandardTokenizer, lower case, Snowball English; forceMerge(1), files memory-mapped, Panama kernels; "
              "stored ids and texts LZ4'd")
    return [
        Engine(OURS, ftindex,
               [ftindex, "build", "--force", "--quiet", "--no-progress", *parallel, "--lang", lang, *bm25,
                "--passages", "none", "--format", "jsonl", "{index}", "{corpus}"],
               [ftbench, "serve", "{index}"], [ftindex, "stats", "--json", "{index}"], [ftindex, "--version"],
               "the index has the BM25 parameters of the run", threads),
        peer("lucene", "lucene", lucene, parallel, threads=threads, jit=True, english_only=True, any_bm25=True),
        peer("lucene-bp", "lucene", lucene + "; documents reordered by BPIndexReorderer in the last merge",
             [*parallel, "--reorder"], threads=threads, jit=True, english_only=True, any_bm25=True),
        peer("tantivy", "tantivy", "words of Unicode's segmentation, lower case, Porter 2; merged into one segment; a "
             "thread that reads besides those that index; stored ids and texts LZ4'd; scores for BM25 1.2/0.75 only",
             parallel, threads=threads, english_only=True),
        peer("fts5", "fts5", "contentless table with positions and our tokenizer, columns title and text (a fifth "
             "slower to rank than one column, but phrases stay within one), optimized and vacuumed; bm25() is "
             "1.2/0.75, the best kept in a heap; texts zlib'd in a second database"),
        peer("xapian", "xapian", "glass with positions and our tokenizer, flushed every 100,000 documents, compacted; "
             "BM25Weight 1.2/0.75"),
    ]


def fill(command, index, corpus=""):
    return [word.replace("{index}", index).replace("{corpus}", corpus) for word in command]


def named(command):
    """A command as it is told: as from the top of the tree."""
    return [word.replace(ROOT + os.sep, "") for word in command]


def first_line(command):
    p = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return p.stdout.split("\n")[0] if p.returncode == 0 else ""


def tree_size(path):
    return sum(os.lstat(os.path.join(folder, name)).st_size for folder, _, names in os.walk(path) for name in names)


def build(e, index, corpus, text_bytes):
    """Runs the build, from exec to durable exit. Peak memory is at least this script's own, which Linux hands on to
    what it starts."""
    shutil.rmtree(index, ignore_errors=True)
    with open(corpus, "rb") as f:
        while f.read(1 << 24):
            pass
    os.sync()
    command = fill(e.build, index, corpus)
    busy, begun = busy_seconds(), time.monotonic()
    p = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(p.pid, 0)
    seconds = time.monotonic() - begun
    p.returncode = os.waitstatus_to_exitcode(status)
    if p.returncode != 0:
        raise EngineFailed(f"building ended with status {p.returncode}")
    cpu = used.ru_utime + used.ru_stime
    return {"seconds": seconds, "user_seconds": used.ru_utime, "system_seconds": used.ru_stime, "cpu_seconds": cpu,
            "threads": e.threads, "peak_rss_bytes": used.ru_maxrss * 1024, "own_rss_bytes": own_peak(),
            "mb_per_second": text_bytes / 1e6 / seconds, "mb_per_cpu_second": text_bytes / 1e6 / cpu,
            "index_bytes": tree_size(index), "others_cores": max(0.0, (busy_seconds() - busy - cpu) / seconds)}


def take_stats(e, index):
    """What the engine says is in its index."""
    p = subprocess.run(fill(e.stats, index), capture_output=True, text=True)
    if p.returncode != 0:
        raise EngineFailed(f"stats: {p.stderr.strip()}")
    return json.loads(p.stdout)
