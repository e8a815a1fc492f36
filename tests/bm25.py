#!/usr/bin/env python3
"""An independent BM25 and nDCG, to compare the engine with.

    bm25.py --collection FOLDER --build BUILD [--work FOLDER] [--k1 X] [--b X]

FOLDER holds corpus.jsonl.gz, queries.jsonl and qrels/test.tsv. The terms come from `ftindex analyze`; everything
after that (statistics, scores, ranking, evaluation) is worked out here from the definitions and compared with the
engine's TREC run: the scores of its first ten hits to four digits, its totals exactly, its nDCG@10 within 0.005.
Standard library only. Exit status 0 if all agree, 1 if not.
"""

import argparse
import collections
import gzip
import json
import math
import os
import subprocess
import sys
import urllib.parse


def read_jsonl(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def one_line(text):
    """Line breaks separate words wherever spaces do."""
    for control in "\r\n\v\f\x00\x85\u2028\u2029":
        text = text.replace(control, " ")
    return text


def analyze(program, texts):
    done = subprocess.run([program, "analyze"], input="".join(one_line(t) + "\n" for t in texts).encode("utf-8"),
                          stdout=subprocess.PIPE, check=True)
    lines = done.stdout.decode("utf-8").split("\n")
    if len(lines) != len(texts) + 1:
        sys.exit(f"analyze gave {len(lines) - 1} lines for {len(texts)}")
    return [line.split() for line in lines[:-1]]


class Index:
    """Bags of words, and BM25 as CONTRACT.md has it."""

    def __init__(self, ids, bags, k1, b):
        self.ids, self.k1, self.b = ids, k1, b
        self.lengths = [len(bag) for bag in bags]
        self.mean = sum(self.lengths) / max(1, len(bags))
        self.postings = collections.defaultdict(list)
        for number, bag in enumerate(bags):
            for term, tf in collections.Counter(bag).items():
                self.postings[term].append((number, tf))

    def search(self, terms):
        """All matches as (score, number), best first, equal ones in order of the documents."""
        scores = collections.defaultdict(float)
        for term, times in collections.Counter(terms).items():
            found = self.postings.get(term, ())
            idf = math.log(1 + (len(self.ids) - len(found) + 0.5) / (len(found) + 0.5))
            for number, tf in found:
                norm = self.k1 * (1 - self.b + self.b * self.lengths[number] / self.mean)
                scores[number] += times * idf * tf / (tf + norm)
        return sorted(((score, number) for number, score in scores.items()), key=lambda hit: (-hit[0], hit[1]))


def read_qrels(path):
    judged = collections.defaultdict(dict)
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            parts = line.rstrip("\n").split("\t")
            if len(parts) == 3 and parts[2].lstrip("-").isdigit():
                judged[parts[0]][parts[1]] = int(parts[2])
    return judged


def ndcg(ranked, judged, depth=10):
    gain = sum(max(0, judged.get(doc, 0)) / math.log2(i + 2) for i, doc in enumerate(ranked[:depth]))
    best = sorted((g for g in judged.values() if g > 0), reverse=True)[:depth]
    ideal = sum(g / math.log2(i + 2) for i, g in enumerate(best))
    return gain / ideal if ideal else 0.0


def engine_run(program, index, queries, extra):
    command = [program, "--queries", queries, "--format", "trec", "-k", "10", *extra, index]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    run = collections.defaultdict(list)
    for line in done.stdout.decode("utf-8").splitlines():
        qid, _, doc, _, score, _ = line.split(" ")
        run[urllib.parse.unquote(qid)].append((urllib.parse.unquote(doc), float(score)))
    return run


def engine_totals(program, index, queries):
    done = subprocess.run([program, "--queries", queries, "--count", index], stdout=subprocess.PIPE, check=True)
    return [int(line.split()[-1]) for line in done.stdout.decode("utf-8").splitlines()]


def compare(name, index, queries, bags, run, totals, judged):
    """The number of queries that disagree, said on standard output."""
    by_id = {doc: number for number, doc in enumerate(index.ids)}
    bad, own_ndcg, its_ndcg = 0, [], []
    for place, (query, terms) in enumerate(zip(queries, bags)):
        hits = index.search(terms)
        scores = {number: score for score, number in hits}
        qid, problem = str(query["_id"]), None
        got = run.get(qid, [])
        if totals[place] != len(hits):
            problem = f"total {totals[place]}, expected {len(hits)}"
        elif len(got) != min(10, len(hits)):
            problem = f"{len(got)} hits, expected {min(10, len(hits))}"
        for rank, (doc, score) in enumerate(got):
            own = scores.get(by_id.get(doc), 0.0)
            if problem is None and (abs(score - own) > 5e-5 * max(1, own) or abs(own - hits[rank][0]) > 5e-5 * max(1, own)):
                problem = f"rank {rank + 1}: {doc} {score:.9g}, expected {own:.9g}; best there {hits[rank][0]:.9g}"
        if problem:
            bad += 1
            if bad <= 5:
                print(f"{name}: query {qid}: {problem}")
        if judged.get(qid):
            own_ndcg.append(ndcg([index.ids[number] for _, number in hits[:10]], judged[qid]))
            its_ndcg.append(ndcg([doc for doc, _ in got], judged[qid]))
    own_mean = sum(own_ndcg) / max(1, len(own_ndcg))
    its_mean = sum(its_ndcg) / max(1, len(its_ndcg))
    print(f"{name}: {len(index.ids)} documents, {len(queries)} queries, nDCG@10 {its_mean:.4f}, expected {own_mean:.4f}")
    if abs(own_mean - its_mean) > 0.005:
        print(f"{name}: nDCG@10 differs")
        bad += 1
    return bad


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--collection", required=True)
    parser.add_argument("--build", default="build")
    parser.add_argument("--work", default=".")
    parser.add_argument("--k1", type=float, default=1.2)
    parser.add_argument("--b", type=float, default=0.75)
    args = parser.parse_args()
    name = os.path.basename(os.path.normpath(args.collection))
    ftindex, ftsearch = (os.path.join(args.build, program) for program in ("ftindex", "ftsearch"))
    corpus = os.path.join(args.collection, "corpus.jsonl.gz")
    # Of several documents with one id the last counts, in its place.
    documents = {}
    for document in read_jsonl(corpus):
        documents.pop(str(document["_id"]), None)
        documents[str(document["_id"])] = document
    queries = list(read_jsonl(os.path.join(args.collection, "queries.jsonl")))
    bags = analyze(ftindex, [f"{d.get('title') or ''} {d.get('text') or ''}" for d in documents.values()])
    index = Index(list(documents), bags, args.k1, args.b)
    path = os.path.join(args.work, name + ".ft")
    subprocess.run([ftindex, "build", "--quiet", path, corpus], check=True)
    query_file = os.path.join(args.collection, "queries.jsonl")
    run = engine_run(ftsearch, path, query_file, ["--k1", str(args.k1), "--b", str(args.b)])
    totals = engine_totals(ftsearch, path, query_file)
    if len(totals) != len(queries):
        sys.exit(f"{name}: {len(totals)} totals for {len(queries)} queries")
    terms = analyze(ftindex, [query["text"] for query in queries])
    judged = read_qrels(os.path.join(args.collection, "qrels", "test.tsv"))
    sys.exit(1 if compare(name, index, queries, terms, run, totals, judged) else 0)


if __name__ == "__main__":
    main()
