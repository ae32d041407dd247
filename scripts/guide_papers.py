#!/usr/bin/env python3
"""The guide's page of papers from the claims of both galleries: scripts/guide_papers.py [--check]

Writes docs/src/papers.md; with --check fails where it is another. What has ended at the paper's size (reports/gallery-paper, its times
in docs/paper_times.csv) stands in place of the quick run."""

import csv
import re
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STATES = ["holds", "differs", "undecided", "not tested"]
PAPERS = {
    "fanthomme2021": "Fanthomme, thesis (2021): regularisation, integrators, navigation",
    "schaeffer2020": "Schaeffer et al. (2020): the IBL task, RADD",
    "park2023": "Park, Ságodi & Sokół (2023): persistent learning signals",
    "krishna2024": "Krishna et al. (2024): reactivation",
}


def claims(text):
    """Study, state, claim, expected, here."""
    study = None
    for line in text.splitlines():
        if line.startswith("## "):
            study = line[3:].strip()
        cells = [c.strip() for c in line.strip("|").split(" | ")]
        if study and "/" in study and len(cells) >= 4 and cells[0] in STATES:
            yield study, cells[0], " | ".join(cells[1:-2]), cells[-2], cells[-1]


def tally(of):
    total = Counter(c[1] for c in of)
    return ", ".join(f"{total[s]} {s}" for s in STATES)


def spent(seconds):
    """A time in words."""
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def turned(quick, whole):
    """Rows that hold or differ at one size and not at the other, where a study has the same rows at both."""
    rows = []
    for study in dict.fromkeys(c[0] for c in whole):
        small, large = ([c for c in of if c[0] == study] for of in (quick, whole))
        pairs = zip(small, large) if len(small) == len(large) else []
        rows += [(a, b) for a, b in pairs if a[1] in ("holds", "differs") and a[1] != b[1]]
    if not rows:
        return []
    out = ["Where the size turned a verdict of `quick`:", "", "| study | claim | quick | | paper | |", "|---|---|---|---:|---|---:|"]
    out += [f"| {b[0]} | {b[2]} | {a[1]} | {a[4]} | {b[1]} | {b[4]} |" for a, b in rows]
    return [*out, ""]


def page(text, paper, times):
    all_claims, whole = list(claims(text)), list(claims(paper))
    ended = dict.fromkeys(c[0] for c in whole)
    out = ["# What papers claim", ""]
    out += [
        "Each sentence, figure and table of a paper that can be tested is a row: what the paper or theory says, what is found, the error of that, and",
        "a verdict whose tolerance was fixed before looking. `undecided` is a verdict: the interval holds both answers. `not tested` says why.",
        "",
        f"Of {len(all_claims)} claims at the size `quick`: {tally(all_claims)}. Every row with its figure is in",
        "`reports/gallery/README.md`; `nullcline study NAME` makes one anew, `--preset paper` at the paper's size.",
        "",
        f"{len(ended)} of {len({c[0] for c in all_claims})} studies were run to their end at the paper's size, on one of two cores of an AMD EPYC (Zen 4), beside other programs,",
        f"in the time given (that of schaeffer2020/fig2 has the training of networks for most of its others); they stand below in place of the quick ones, their rows and figures in `reports/gallery-paper/README.md`. Of their {len(whole)} claims: {tally(whole)}.",
        "Seeds, windows, tolerances and training lengths are those of the code before these runs.",
        "",
    ]
    out += turned(all_claims, whole)
    shown = [c for c in all_claims if c[0] not in ended] + whole
    for paper, title in PAPERS.items():
        own = [c for c in shown if c[0].startswith(paper + "/")]
        if not own:
            continue
        out += [f"## {title}", "", "| study | size | " + " | ".join(STATES) + " |", "|---|---|" + "---:|" * len(STATES)]
        for study in dict.fromkeys(c[0] for c in all_claims if c[0].startswith(paper + "/")):
            count = Counter(c[1] for c in own if c[0] == study)
            size = f"paper, {spent(times[study])}" if study in ended else "quick"
            out.append(f"| `{study}` | {size} | " + " | ".join(str(count[s] or "") for s in STATES) + " |")
        differs = [c for c in own if c[1] == "differs"]
        if differs:
            out += ["", "What differs, with the reason where it was found:", "", "| | claim | expected | here |", "|---|---|---:|---:|"]
            out += [f"| {c[0].split('/')[1]} | {c[2]} | {c[3]} | {c[4]} |" for c in differs]
        out.append("")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(out))


def main():
    read = lambda name: (ROOT / name).read_text()
    times = {row["study"]: float(row["seconds"]) for row in csv.DictReader((ROOT / "docs/paper_times.csv").open())}
    made = page(read("reports/gallery/README.md"), read("reports/gallery-paper/README.md"), times)
    target = ROOT / "docs/src/papers.md"
    if "--check" in sys.argv:
        sys.exit(0 if target.read_text() == made else "docs/src/papers.md is not what the galleries say: run scripts/guide_papers.py")
    target.write_text(made)


main()
