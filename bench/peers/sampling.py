"""The corpus and the queries: reading both, and drawing queries from the corpus by class."""
import gzip
import json
import os
import random
import re

SEED = 20231
N_SAMPLED = 5000 # documents that words are drawn from
FAMILIES = ["term", "intersection", "union", "phrase", "negated", "mixed", "long"]


def open_any(path):
    with open(path, "rb") as f:
        packed = f.read(2) == b"\x1f\x8b"
    return (gzip.open(path, "rb"), True) if packed else (open(path, "rb"), False)


def take_corpus(path, limit, work):
    """(a plain file with the corpus or its first `limit` lines, what is in it, a sample of its texts)"""
    rng = random.Random(SEED)
    name, source = os.path.basename(path), os.path.abspath(path)
    src, packed = open_any(source)
    plain = os.path.join(work, "corpus.jsonl") if limit or packed else source
    documents = text_bytes = 0
    sample = []
    with src, open(plain, "wb") if plain != source else open(os.devnull, "wb") as to:
        for number, line in enumerate(src):
            if limit and number == limit:
                break
            to.write(line)
            if not line.strip():
                continue
            record = json.loads(line)
            title, text = record.get("title") or "", record.get("text") or ""
            documents += 1
            text_bytes += len(title.encode("utf-8", "replace")) + len(text.encode("utf-8", "replace"))
            place = len(sample) if len(sample) < N_SAMPLED else rng.randrange(documents)
            if place < N_SAMPLED:
                sample[place:place + 1] = [text]
    return plain, {"name": name, "limit": limit, "documents": documents, "text_bytes": text_bytes,
                   "bytes": os.path.getsize(plain)}, sample


def family_of(tag, query):
    """The class of the seven that a query belongs to, by its class in a file: and2, and3 and "intersection" are all
    intersections. Where that says nothing, such as "rare", by the words that it has."""
    stem = re.sub(r"(\d+|_(high|mid|low))$", "", tag)
    known = {"and": "intersection", "or": "union", "intersection_union": "mixed", "two-phase-critic": "mixed"}
    if stem in FAMILIES or stem in known:
        return known.get(stem, stem)
    return "mixed" if re.search(r'[+"()-]', query) else "union" if " " in query else "term"


def read_queries(paths):
    """{class: queries} of files of JSON lines (the first tag is the class) or TSV, a query once. Classes and* require
    every word and classes phrase* are phrases, also where the file gives the words alone."""
    classes = {}
    for path in paths:
        with open(path, encoding="utf-8") as f:
            for line in f:
                line = line.rstrip("\r\n")
                if line:
                    tag, query = read_query(line)
                    classes.setdefault(tag, {})[query] = True
    return {tag: list(queries) for tag, queries in classes.items()}


def read_query(line):
    if line.startswith("{"):
        record = json.loads(line)
        return record["tags"][0], record["query"]
    tag, query = line.split("\t", 1)
    if re.fullmatch(r"and\d*", tag) and not re.search(r'[+"]', query):
        query = " ".join("+" + word for word in query.split())
    elif re.fullmatch(r"phrase\d*", tag) and '"' not in query:
        query = f'"{query}"'
    return tag, query


class Sampler:
    """Draws queries. Words that go together are of one document; every other one is drawn as words occur, so that it is
    mostly a frequent one, and the rest evenly from the words that the document has."""

    def __init__(self, texts):
        self.rng = random.Random(SEED + 1)
        self.texts = [found for text in texts if len(found := re.findall(r"[a-z0-9]+", text.lower())) >= 15]
        self.runs = [run for text in texts for run in re.findall(r"(?:[a-z]+ ){3,}[a-z]+", text.lower())]

    def words(self, n):
        text = self.rng.choice(self.texts)
        distinct = sorted(set(text))
        out = []
        while len(out) < n:
            word = self.rng.choice(text if self.rng.random() < 0.5 or len(distinct) < n else distinct)
            if word not in out or len(distinct) < n:
                out.append(word)
        return out

    def phrase(self, n):
        run = self.rng.choice(self.runs).split()
        at = self.rng.randrange(max(1, len(run) - n + 1))
        return f'"{" ".join(run[at:at + n])}"'

    def one(self, name, number):
        """Query number `number` of a family: its shapes take turns."""
        def turn(*shapes):
            return shapes[number % len(shapes)]

        if name == "term":
            return self.words(1)[0]
        if name == "intersection":
            return " ".join("+" + word for word in self.words(turn(2, 3, 2, 4)))
        if name == "union":
            return " ".join(self.words(turn(2, 3, 2, 5)))
        if name == "phrase":
            return self.phrase(turn(2, 3, 2, 4))
        if name == "long":
            return " ".join(self.words(8 + number % 8))
        a, b, c, d = self.words(4)
        if name == "negated":
            return turn(f"+{a} -{b}", f"{a} {b} -{c}", f"+{a} +{b} -{self.phrase(2)}", f"{a} -{b} -{c}")
        return turn(f"+{a} {b} {c}", f"+{self.phrase(2)} {a}", f"{self.phrase(2)} {a} {b}", f"+{a} +{b} {c} -{d}")


def add_sampled(classes, texts, per_class):
    """Adds queries of the families that `classes` has none of. How many were drawn, by family."""
    drawn = {}
    sampler = Sampler(texts)
    there = {family_of(tag, query) for tag, of_class in classes.items() for query in of_class}
    for name in FAMILIES:
        if name in there or not sampler.texts or not sampler.runs:
            continue
        queries = []
        for number in range(10 * per_class):
            query = sampler.one(name, number)
            if len(queries) < per_class and query not in queries:
                queries.append(query)
        classes[name] = queries
        drawn[name] = len(queries)
    return drawn


def arrange(classes, wanted, per_class):
    """[(family, class, query)], family by family, in which every class is spread evenly, so that the first ones of a
    family are a fair sample: `per_class` of them unless that is 0."""
    rng = random.Random(SEED)
    placed = {}
    for tag, of_class in classes.items():
        rng.shuffle(of_class)
        for i, query in enumerate(of_class):
            family = family_of(tag, query)
            if not wanted or tag in wanted or family in wanted:
                placed.setdefault(family, []).append(((i + rng.random()) / len(of_class), tag, query))
    return [(family, tag, query) for family in FAMILIES if family in placed
            for _, tag, query in sorted(placed[family])[:per_class or None]]
