"""What the samples come to, and the tables that say so."""
import math
import statistics

from asking import UNSUPPORTED, words_in
from engines import OURS
from sampling import FAMILIES


def percentile(values, p):
    values = sorted(values)
    return values[max(0, math.ceil(p / 100 * len(values)) - 1)]


LEAST_NS = 100 # what is nothing beside a round trip


def net_times(record, queries):
    """Of a command's record: query number -> (best, median), in microseconds without the round trip."""
    out = {}
    for i, (family, _, _) in enumerate(queries):
        if record["best_ns"][i] is not None:
            out[i] = (max(record["best_ns"][i] - record["noop_best_ns"][family], LEAST_NS) / 1e3,
                      max(record["median_ns"][i] - record["noop_median_ns"][family], LEAST_NS) / 1e3)
    return out


def ratio(times, name, value):
    """How a value of an engine compares with the fastest peer's: the largest of its ratios to each, over what both
    have measured. None without peers."""
    ratios = []
    for peer in times:
        both = times[name].keys() & times[peer].keys()
        if peer != OURS and both:
            ratios.append(value([times[name][i][0] for i in both]) / value([times[peer][i][0] for i in both]))
    return max(ratios) if ratios else None


def groups_of(queries):
    """[(kind, name, query numbers)]: the seven classes, the classes of files that they are made of, all queries."""
    families, tags = {}, {}
    for i, (family, tag, _) in enumerate(queries):
        families.setdefault(family, []).append(i)
        tags.setdefault((family, tag), []).append(i)
    groups = [("family", family, families[family]) for family in FAMILIES if family in families]
    groups += [("class", f"{family}: {tag}", tags[family, tag]) for family, tag in
               sorted(tags, key=lambda key: (FAMILIES.index(key[0]), key[1])) if tags[family, tag] != families[family]]
    return groups + [("all", "all", range(len(queries)))]


def summarize(results):
    """[{command, class, engine, ...}] by command and group of queries."""
    queries, rows = results["queries"], []
    for command in results["commands"]:
        records = {name: e["asked"]["commands"][command] for name, e in results["engines"].items()
                   if command in e.get("asked", {}).get("commands", {})}
        net = {name: net_times(record, queries) for name, record in records.items()}
        for kind, group, members in groups_of(queries):
            times = {name: {i: of[i] for i in members if i in of} for name, of in net.items()}
            times = {name: of for name, of in times.items() if of}
            for name, of in times.items():
                best = [t[0] for t in of.values()]
                rows.append({
                    "command": command, "kind": kind, "class": group, "engine": name, "queries": len(best),
                    "mean_us": statistics.mean(best), "p50_us": percentile(best, 50), "p99_us": percentile(best, 99),
                    "mean_of_medians_us": statistics.mean(t[1] for t in of.values()),
                    "noop_us": statistics.mean(records[name]["noop_best_ns"][queries[i][0]] for i in of) / 1e3,
                    "mean_ratio": ratio(times, name, statistics.mean),
                    "p50_ratio": ratio(times, name, lambda v: percentile(v, 50)),
                    "p99_ratio": ratio(times, name, lambda v: percentile(v, 99))})
    return rows


def compare_counts(results):
    """Queries whose counts are not the same in all engines that have one."""
    out = []
    for i, (_, tag, query) in enumerate(results["queries"]):
        counts = {name: e["asked"]["answers"][i] for name, e in results["engines"].items()
                  if e.get("asked", {}).get("answers")}
        if len(set(counts.values()) - {UNSUPPORTED, None}) > 1:
            out.append({"class": tag, "query": query, "counts": counts})
    return out


# ---------------------------------------------------------------- the report

def show(value, digits=2):
    if value is None:
        return "–"
    return f"{value:.0f}" if value >= 100 else f"{value:.{digits}f}"


def table(out, head, rows):
    out.append("| " + " | ".join(head) + " |")
    out.append("|" + "|".join("---" if i == 0 else "--:" for i in range(len(head))) + "|")
    out.extend("| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in rows)
    out.append("")


PARTS = ["dictionary", "postings", "positions", "norms", "other", "stored"]


def times(mine, others, smaller):
    """The ratio to the best of others."""
    return show(mine / (min if smaller else max)(others)) if others else show(None)


def report_builds(out, results):
    built = {name: e for name, e in results["engines"].items() if "build" in e and "stats" in e}
    peers = [e for name, e in built.items() if name != OURS]
    rates = [p["build"]["mb_per_second"] for p in peers]
    cpu_rates = [p["build"]["mb_per_cpu_second"] for p in peers]
    out.append("## Building\n")
    own = max((e["build"]["own_rss_bytes"] for e in built.values()), default=0)
    out.append("From exec to durable exit, one segment, positions and stored text. `×` are ratios to the best peer's; "
               f"a peak below {own / 1e6:.0f} MB, which the script has itself, would not be seen.\n")
    rows = []
    for name, e in built.items():
        b = e["build"]
        rows.append([name, b["threads"], show(b["seconds"]), show(b["user_seconds"]), show(b["system_seconds"]),
                     show(b["mb_per_second"]), times(b["mb_per_second"], rates, False), show(b["mb_per_cpu_second"]),
                     times(b["mb_per_cpu_second"], cpu_rates, False), show(b["peak_rss_bytes"] / 1e6, 0),
                     show(b["others_cores"])])
    table(out, ["engine", "threads", "seconds", "user s", "system s", "MB/s of text", "×", "MB per CPU s", "×",
                "peak MB", "others' load"], rows)
    report_sizes(out, built, peers)


def report_sizes(out, built, peers):
    out.append("Size in MB. *Bits a posting* are of everything but stored text, and in parentheses of postings alone; "
               "an engine that keeps all of its index in one file has it under postings.\n")
    bare = {name: e["build"]["index_bytes"] - e["stats"]["bytes"]["stored"] for name, e in built.items()}
    least = [bare[name] for name in built if name != OURS]
    rows = []
    for name, e in built.items():
        parts, postings = dict(e["stats"]["bytes"]), max(1, e["stats"]["postings"])
        lists = parts["postings"] = parts.get("postings", 0) + parts.pop("index", 0)
        rows.append([name, show(e["build"]["index_bytes"] / 1e6), show(bare[name] / 1e6),
                     times(bare[name], least, True), f"{8 * bare[name] / postings:.1f} ({8 * lists / postings:.1f})"] +
                    [show(parts[part] / 1e6) if part in parts else "–" for part in PARTS])
    table(out, ["engine", "index", "without text", "×", "bits a posting"] + PARTS, rows)
    for name, e in built.items():
        s = e["stats"]
        out.append(f"- {name}: {s['documents']:,} documents, {s['terms']:,} terms, {s['postings']:,} postings, "
                   f"{s['tokens']:,} tokens")
    out.append("")


FLOOR = 3 # times of NOOP: below, a time says little


def mark(value, row):
    return show(value, 1) + ("°" if value < FLOOR * row["noop_us"] else "")


def report_overview(out, results):
    rows = [r for r in results["summary"] if r["kind"] != "class"]
    names = list(dict.fromkeys(r["engine"] for r in rows))
    cells = {(r["command"], r["class"], r["engine"]): r for r in rows}
    ours = OURS in names and len(names) > 1
    out.append("## Answering: overview\n")
    out.append("Microseconds of each query's best pass, without the round trip: mean / p50 / p99. ° below "
               f"{FLOOR} round trips of NOOP, which are behind it as `NOOP`.\n")
    if ours:
        out.append(f"`×` are {OURS}'s ratios to the fastest peer, each over the queries that both have measured.\n")
    for command in results["commands"]:
        out.append(f"### {command}\n")
        head, lines = [command] + names + ([f"× {what}" for what in ("mean", "p50", "p99")] if ours else []), []
        for group in dict.fromkeys(key[1] for key in cells if key[0] == command):
            line, of = [group], {name: cells.get((command, group, name)) for name in names}
            line += [" / ".join(mark(r[key], r) for key in ("mean_us", "p50_us", "p99_us")) if r else "–"
                     for r in of.values()]
            if ours:
                mine = of[OURS] or {}
                line += [show(mine.get(key)) for key in ("mean_ratio", "p50_ratio", "p99_ratio")]
            lines.append(line)
        floor = ["NOOP"] + [show(statistics.mean(r["noop_us"] for r in rows if r["command"] == command and
                                                 r["engine"] == name), 1)
                            if any(r["command"] == command and r["engine"] == name for r in rows) else "–"
                            for name in names]
        table(out, head, lines + [floor + [""] * (len(head) - len(floor))])


def report_details(out, results):
    for command in results["commands"]:
        out.append(f"### {command}, by class\n")
        table(out, ["class", "engine", "queries", "mean µs", "p50", "p99", "mean of medians", "× mean", "× p50",
                    "× p99"],
              [[r["class"], r["engine"], r["queries"], mark(r["mean_us"], r), mark(r["p50_us"], r),
                mark(r["p99_us"], r), show(r["mean_of_medians_us"], 1), show(r["mean_ratio"]), show(r["p50_ratio"]),
                show(r["p99_ratio"])]
               for r in results["summary"] if r["command"] == command])


def show_count(count):
    return "–" if count in (None, UNSUPPORTED) else count


def explain_counts(out, results, name):
    """Of the queries that an engine counts otherwise than ours: how many have a word that it counts otherwise, too."""
    words, explained, without, examples = results.get("words_counted", {}), 0, [], {}
    for d in results["count_differences"]:
        if d["counts"].get(name) == d["counts"].get(OURS) or not d["counts"].get(name):
            continue
        of_both = {word: words[word] for word in words_in(d["query"]) if {OURS, name} <= words.get(word, {}).keys()}
        odd = {word: of for word, of in of_both.items() if of[name] != of[OURS]}
        explained += bool(odd)
        examples.update(odd)
        if not odd and of_both:
            without.append(d["query"])
    if explained or without:
        told = ", ".join(f"`{word}` ({of[name]}, {OURS} {of[OURS]})" for word, of in list(examples.items())[:6])
        out.append(f"  - {explained} of them have a word that the two count otherwise by itself, having analysed it "
                   f"otherwise: {told}" + (f"; {len(without)} have none: `{'`, `'.join(without[:5])}`" if without else
                                            "; none is left unexplained"))


def report_counts(out, results):
    differ = results["count_differences"]
    counted = [name for name, e in results["engines"].items() if e.get("asked", {}).get("answers")]
    out.append("## Counts\n")
    out.append(f"{len(results['queries'])} queries counted by {', '.join(counted)}: {len(differ)} differ.\n")
    for name in counted:
        answers = results["engines"][name]["asked"]["answers"]
        if UNSUPPORTED in answers:
            out.append(f"- {name} has no such query as {answers.count(UNSUPPORTED)} of them")
        if None in answers:
            out.append(f"- {name} had no time for {answers.count(None)} of them")
        off = distances(results, name)
        if name != OURS and off:
            out.append(f"- {name}: {len(off)} counts are not {OURS}'s; they are off by {statistics.mean(off):.2%} on "
                       f"average, by {max(off):.1%} at most")
            explain_counts(out, results, name)
    out.append("")
    if differ:
        table(out, ["class", "query"] + counted,
              [[d["class"], f"`{d['query']}`"] + [show_count(d["counts"].get(name)) for name in counted]
               for d in differ[:50]])


def distances(results, name):
    """How far counts are from ours, where they are not the same, relative to ours."""
    ours = results["engines"].get(OURS, {}).get("asked", {}).get("answers", [])
    theirs = results["engines"][name]["asked"]["answers"]
    return [abs(int(b) - int(a)) / max(1, int(a)) for a, b in zip(ours, theirs)
            if a != b and not {a, b} & {UNSUPPORTED, None}]


def report_check(out, results):
    check = results.get("exhaustive")
    if check:
        out.append(f"{OURS}: of {check['queries']} queries, the hits and scores for k = "
                   f"{', '.join(str(k) for k in check['k'])} with and without pruning: {len(check['differ'])} "
                   "differ.\n")
    if check and check["differ"]:
        table(out, ["k", "query"], [[d["k"], f"`{d['query']}`"] for d in check["differ"]])


def report_conditions(out, results):
    out.append("## Conditions\n")
    rows = []
    for name, e in results["engines"].items():
        for command, c in e.get("asked", {}).get("commands", {}).items():
            passes = [c["passes"].get(family, 0) for family in c["noop_best_ns"]]
            rows.append([name, command, c["measured"], f"{min(passes)}–{max(passes)}",
                         show(statistics.mean(c["noop_best_ns"].values()) / 1e3, 1),
                         show(statistics.mean(c["noop_median_ns"].values()) / 1e3, 1),
                         show(c["peak_rss_bytes"] / 1e6, 0), show(c["private_bytes"] / 1e6, 0),
                         show(results["others_cores"][command])])
    if rows:
        table(out, ["engine", "command", "queries", "full passes of a class", "NOOP best µs", "NOOP median µs",
                    "peak MB", "private MB", "others' load"], rows)
    for name, e in results["engines"].items():
        out.append(f"- {name}: {e['version']}; {e['note']}; built with `{' '.join(e['build_command'])}`, asked with "
                   f"`{' '.join(e['serve_command'])}`")
    out.append("")


def report(results):
    corpus, machine = results["corpus"], results["machine"]
    out = ["# This engine and its peers\n"]
    out.append(f"`{corpus['name']}`: {corpus['documents']:,} documents, {corpus['text_bytes'] / 1e6:.1f} MB of text. "
               f"{machine['cpu']}, {machine['cores']} cores, {machine['memory_bytes'] / 2**30:.1f} GiB, "
               f"{machine['system']}. Revision {results['revision'] or 'unknown'}, {results['date']}. "
               f"{len(results['queries'])} queries ({results['queries_from']}), up to {results['passes']} passes, "
               f"{results['cell_s']:g} s for a class under a command; the engines in turns, a pass each. BM25 at "
               f"k1 = {results['k1']:g}, b = {results['b']:g}.\n")
    for name, why in results["skipped"].items():
        out.append(f"Skipped: {name}: {why}.\n")
    for name, why in results["failed"].items():
        out.append(f"Failed: {name}: {why}.\n")
    report_builds(out, results)
    if results["commands"]:
        report_overview(out, results)
        report_counts(out, results)
        report_check(out, results)
        out.append("## Answering: by command and class\n")
        report_details(out, results)
    report_conditions(out, results)
    return "\n".join(out)
