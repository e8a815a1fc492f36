#!/bin/bash
# bench/collections.sh [--reasons] [NAME...] - judges the engine on collections that lie beside the source tree and
# prints the table of bench/README.md, "Relevance". A collection that is not there is skipped by name.
#
#   --reasons          the experiments below that table instead
#   FT_COLLECTIONS=DIR the collections, each in a folder of its own, in BEIR's layout (../shared/collections)
#   BUILD=DIR          where the programs are (build)
#   WORK=DIR           where indexes go (a temporary folder that is removed)
set -eu
cd "$(dirname "$0")/.."
export BUILD=${BUILD:-build} FT_COLLECTIONS=${FT_COLLECTIONS:-../shared/collections}
if [ -n "${WORK-}" ]; then
    mkdir -p "$WORK"
else
    WORK=$(mktemp -d)
    trap 'rm -rf "$WORK"' EXIT
fi
export WORK

python3 - "$@" <<'PYTHON'
import gzip, json, os, re, subprocess, sys

BUILD, FOLDER, WORK = (os.environ[name] for name in ("BUILD", "FT_COLLECTIONS", "WORK"))
LANGUAGES = {
    "adi": "english", "arcd": "arabic", "cisi": "english", "cmrc2018": "none", "cnil-faq": "french", "cosqa": "english",
    "cranfield": "english", "mlqa-de": "german", "nfcorpus-processed": "english", "norquad": "norwegian",
    "squad-it": "italian", "time": "english", "tydi-fi": "finnish", "tydi-ru": "russian", "xquad-el": "greek",
    "xquad-en": "english", "xquad-es": "spanish", "xquad-hi": "hindi", "xquad-ro": "romanian", "xquad-th": "none",
    "xquad-tr": "turkish", "xquad-zh": "none",
}
# What was tried to explain a figure that differs from the one it is compared with: a language, and characters that
# are made blanks in documents and queries before the engine sees them.
REASONS = [("adi", "porter", ""), ("cnil-faq", "french", "'\u2019"), ("cosqa", "english", "_"),
           ("cosqa", "english", "_.:"), ("cosqa", "porter", "_.:"), ("xquad-tr", "turkish", "'\u2019")]
SAMPLE = 400


def path(name, *parts):
    return os.path.join(FOLDER, name, *parts)


def there(name):
    if os.path.exists(path(name, "corpus.jsonl.gz")):
        return True
    print(f"skipped: {name}: {path(name)} is not there", file=sys.stderr)
    return False


def evaluate(name, lang, corpus, queries):
    """Means over all queries, and each query's own figures."""
    index = os.path.join(WORK, name + ".ft")
    build = [f"{BUILD}/ftindex", "build", "--quiet", "--force", "--lang", lang, "--passages", "none", index, corpus]
    subprocess.run(build, check=True)
    done = subprocess.run([f"{BUILD}/ftbench", "eval", "--raw", index, queries, path(name, "qrels", "test.tsv")],
                          stdout=subprocess.PIPE, check=True)
    subprocess.run(["rm", "-rf", index], check=True)
    report = json.loads(done.stdout)
    return report, {figures["qid"]: figures for figures in report["by_query"]}


def stated(name):
    """The README's nDCG@10 with stems, if it has such a figure, and whether it is of a sample of the queries."""
    with open(path(name, "README.md"), encoding="utf-8") as file:
        text = file.read()
    kinds = dict(re.findall(r"(\w+ stems), k1=1\.2 b=0\.75: nDCG@10 ([0-9.]+)", text))
    kind = next(kind for kind in ("Porter stems", "Snowball stems", "no stems") if kind in kinds)
    return float(kinds[kind]), kind, f"sample of {SAMPLE} queries" in text


def on_stated_queries(name, by_query, sampled):
    with open(path(name, "queries.jsonl"), encoding="utf-8") as file:
        ids = [str(json.loads(line)["_id"]) for line in file]
    if sampled and len(ids) > SAMPLE:
        ids = [ids[i * len(ids) // SAMPLE] for i in range(SAMPLE)]
    return sum(by_query[qid]["ndcg_10"] for qid in ids if qid in by_query) / len(ids), len(ids)


def difference(ours, theirs):
    return f"{round(ours - theirs, 4) + 0.0:+.4f}"


def table(names):
    head = ("collection", "`--lang`", "queries", "nDCG@10", "MAP", "recall@100", "compared on", "nDCG@10", "README",
            "difference")
    print("| " + " | ".join(head) + " |\n" + "|---" * len(head) + "|")
    for name in filter(there, names):
        report, by_query = evaluate(name, LANGUAGES[name], path(name, "corpus.jsonl.gz"), path(name, "queries.jsonl"))
        theirs, kind, sampled = stated(name)
        ours, n = on_stated_queries(name, by_query, sampled)
        print(f"| {name} | {LANGUAGES[name]} | {report['queries']} | {report['ndcg_10']:.4f} | {report['map']:.4f} | "
              f"{report['recall_100']:.4f} | {n}, {kind} | {ours:.4f} | {theirs:.4f} | "
              f"{difference(ours, theirs)} |", flush=True)


def blanked(name, chars):
    """Copies of documents and queries with blanks for some characters."""
    blank = str.maketrans(chars, " " * len(chars))
    files = os.path.join(WORK, "corpus.jsonl"), os.path.join(WORK, "queries.jsonl")
    with gzip.open(path(name, "corpus.jsonl.gz"), "rt", encoding="utf-8") as lines:
        documents = [json.loads(line) for line in lines]
    with open(path(name, "queries.jsonl"), encoding="utf-8") as lines:
        queries = [json.loads(line) for line in lines]
    for file, records in zip(files, (documents, queries)):
        with open(file, "w", encoding="utf-8") as out:
            for record in records:
                kept = {key: value.translate(blank) for key, value in record.items() if key in ("title", "text")}
                out.write(json.dumps({"_id": record["_id"], **kept}) + "\n")
    return files


def reasons(names):
    print("| collection | `--lang` | made blanks | nDCG@10 | README | difference |")
    print("|---|---|---|---|---|---|")
    for name, lang, chars in REASONS:
        if name not in names or not there(name):
            continue
        _, by_query = evaluate(name, lang, *blanked(name, chars))
        theirs, _, sampled = stated(name)
        ours, _ = on_stated_queries(name, by_query, sampled)
        shown = " ".join(f"`{char}`" for char in chars) or "none"
        print(f"| {name} | {lang} | {shown} | {ours:.4f} | {theirs:.4f} | {difference(ours, theirs)} |", flush=True)


wanted = [word for word in sys.argv[1:] if word != "--reasons"] or list(LANGUAGES)
unknown = [name for name in wanted if name not in LANGUAGES]
if unknown:
    sys.exit(f"collections.sh: {unknown[0]}: not a collection this script knows")
(reasons if "--reasons" in sys.argv[1:] else table)(wanted)
PYTHON
