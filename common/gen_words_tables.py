#!/usr/bin/env python3
"""Makes words_tables.c from the Unicode Character Database (Debian's unicode-data).

    python3 gen_words_tables.py [/usr/share/unicode] > words_tables.c

The result is committed, so that building needs neither Python nor the database. The numbers of the classes are those
of words_tables.h.
"""
import re
import sys

UCD = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/unicode"
MAX = 0x110000
PAGE = 128

WB = ["Other", "CR", "LF", "Newline", "Extend", "Format", "ZWJ", "WSegSpace", "Regional_Indicator", "Katakana",
      "Hebrew_Letter", "ALetter", "Single_Quote", "Double_Quote", "MidNumLet", "MidLetter", "MidNum", "Numeric",
      "ExtendNumLet", "Reversed_Quote"]
PICTOGRAPH, LETTER, SPACELESS, STRIPPED = 1 << 5, 1 << 6, 1 << 7, 1 << 11
CLUSTER_SHIFT = 8
CLUSTER = {"Extend": 1, "ZWJ": 1, "SpacingMark": 1, "L": 2, "V": 3, "T": 4, "LV": 5, "LVT": 5}

SPACELESS_SCRIPTS = {"Han", "Hiragana", "Katakana", "Hangul", "Thai", "Lao", "Khmer", "Myanmar"}
SPACELESS_SHORT = {"Hani", "Hira", "Kana", "Hang", "Thai", "Laoo", "Khmr", "Mymr"}
STRIPPED_SCRIPTS = {"Latin", "Greek", "Cyrillic"}


def ranges(path):
    """(first, last, value) of each line of a property file, and its version."""
    for line in open(f"{UCD}/{path}", encoding="utf-8"):
        line = line.split("#")[0].strip()
        if line:
            span, value = (part.strip() for part in line.split(";")[:2])
            first, _, last = span.partition("..")
            yield int(first, 16), int(last or first, 16), value


def categories():
    gc = ["Cn"] * MAX
    first = None
    for line in open(f"{UCD}/UnicodeData.txt", encoding="utf-8"):
        f = line.split(";")
        cp = int(f[0], 16)
        if f[1].endswith(", First>"):
            first = cp
            continue
        for c in range(first if f[1].endswith(", Last>") else cp, cp + 1):
            gc[c] = f[2]
    return gc


def properties():
    prop = [0] * MAX
    gc = categories()
    script = ["Unknown"] * MAX
    shared = {}
    for a, b, v in ranges("Scripts.txt"):
        script[a:b + 1] = [v] * (b + 1 - a)
    for a, b, v in ranges("ScriptExtensions.txt"):
        for c in range(a, b + 1):
            shared[c] = set(v.split())
    for a, b, v in ranges("auxiliary/WordBreakProperty.txt"):
        for c in range(a, b + 1):
            prop[c] = WB.index(v)
    prop[0x201B] = WB.index("Reversed_Quote")
    for a, b, v in ranges("emoji/emoji-data.txt"):
        if v == "Extended_Pictographic":
            for c in range(a, b + 1):
                prop[c] |= PICTOGRAPH
    for a, b, v in ranges("auxiliary/GraphemeBreakProperty.txt"):
        for c in range(a, b + 1):
            prop[c] |= CLUSTER.get(v, 0) << CLUSTER_SHIFT
    joining = {WB.index(v) for v in ("Extend", "Format", "ZWJ")}
    for c in range(MAX):
        if gc[c][0] == "M":  # some vowel signs of Myanmar are clusters of their own to UAX #29, but not to us
            prop[c] |= CLUSTER["SpacingMark"] << CLUSTER_SHIFT
        if gc[c][0] in "LN":
            prop[c] |= LETTER
            # Letters that several scripts share, such as the Kana length mark, have the script Common.
            spaceless = script[c] in SPACELESS_SCRIPTS or (
                script[c] == "Common" and gc[c][0] == "L" and shared.get(c, set()) & SPACELESS_SHORT)
            if spaceless and (prop[c] & 31) not in joining:
                prop[c] |= SPACELESS
        if script[c] in STRIPPED_SCRIPTS and gc[c] != "Mn":
            prop[c] |= STRIPPED
    return prop


def rows(numbers, width):
    for i in range(0, len(numbers), width):
        yield "    " + ", ".join(str(n) for n in numbers[i:i + width]) + ","


def main():
    with open(f"{UCD}/auxiliary/WordBreakProperty.txt", encoding="utf-8") as f:
        version = re.search(r"-(\d+\.\d+\.\d+)\.txt", f.readline()).group(1)
    prop = properties()
    pages, index, seen = [], [], {}
    for at in range(0, MAX, PAGE):
        page = tuple(prop[at:at + PAGE])
        if page not in seen:
            seen[page] = len(pages)
            pages.append(page)
        index.append(seen[page])
    assert len(pages) < 256
    out = ["/* words_tables.c - made by gen_words_tables.py from the Unicode Character Database; do not edit. */",
           '#include "words_tables.h"', "",
           f'const char ft_words_unicode[] = "{version}";', "",
           "const uint8_t ft_words_index[FT_WORDS_PAGES] = {", *rows(index, 20), "};", "",
           "const uint16_t ft_words_props[][FT_WORDS_PAGE] = {"]
    for page in pages:
        out += ["    {"] + ["    " + r for r in rows(page, 16)] + ["    },"]
    out.append("};")
    print("\n".join(out))


main()
