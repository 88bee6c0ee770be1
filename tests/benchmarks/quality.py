"""Measure `clean` on pages with gold text beside other extractors: quality, cuts of each rule, lost words.

    python tests/benchmarks/quality.py DATA
    python tests/benchmarks/quality.py DATA --sample 5 --extractors broadsheet,trafilatura --rule see_also

DATA is a folder of NAME.jsonl.xz or one of them, a page with its gold per line (tests/benchmarks/gold.py). The figures
are those of the benchmark's own scorer (tests/benchmarks/scoring.py explains each); tests/benchmarks/cuts.py defines a
false cut and a lost word. A page on which an extractor raises an error counts as an empty text. `*` marks a rule whose
false cuts are more than one in twelve, and cuts that cost more than 0.3 % of the gold's words.

The other extractors are the project's extra `benchmarks`; CONTRIBUTING.md says how to install it. Extractors that are
not installed are named and left out.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import defaultdict
from typing import TYPE_CHECKING

import report
from answers import Extractions
from cuts import Cuts
from extractors import EXTRACTORS, OURS, is_installed
from gold import Page, add_data_options, find_data_sets, load_pages, parse_count
from scoring import score

from cleaning.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NAMES = (OURS, *EXTRACTORS)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data_options(parser)
    parser.add_argument(
        "--extractors", type=parse_extractors, default=NAMES, metavar="A,B", help=f"of {', '.join(NAMES)}"
    )
    parser.add_argument("--rule", choices=list(RULES), help="show blocks of the gold that this rule cut")
    parser.add_argument("--losses", action="store_true", help="show the pages of which extraction lost most words")
    parser.add_argument(
        "--show", type=parse_count, default=20, metavar="N", help="number of blocks or pages to show (default: 20)"
    )
    parser.add_argument(
        "--jobs", type=parse_count, default=os.cpu_count(), metavar="N", help="processes (default: all cores)"
    )
    options = parser.parse_args(arguments)
    files = find_data_sets(parser, options.data, options.sets)
    names = [name for name in options.extractors if name == OURS or is_installed(name)]
    for name in options.extractors:
        if name not in names:
            print(f"{EXTRACTORS[name].label} is not installed and left out: see CONTRIBUTING.md")
    if not names:
        parser.error("no extractor is left")
    cuts = _print_tables(files, options.sample, names, options.jobs)
    if cuts:
        report.print_cuts(cuts)
        if options.rule:
            report.print_samples(cuts, options.rule, options.show)
        if options.losses:
            report.print_losses(cuts, options.show)
    return 0


def _print_tables(files: dict[str, Path], sample: int, names: Sequence[str], jobs: int) -> dict[str, Cuts]:
    """Print the figures of every set and of all sets; return Broadsheet's cuts of the sets with gold."""
    by_set: dict[str, dict[str, dict[str, float]]] = {}
    cuts: dict[str, Cuts] = {}
    total, all_rejected = 0, defaultdict[str, list[Page]](list)
    with Extractions(names, jobs) as extractions:
        for set_name, path in files.items():
            pages = load_pages(path, sample)
            articles, given, failures = extractions.collect(set_name, pages)
            by_set[set_name] = {name: score(pages, given[name]) for name in names}
            report.print_set(set_name, pages, by_set[set_name], failures)
            if articles:
                cuts[set_name], rejected = Cuts(), defaultdict[str, list[Page]](list)
                for page, article in zip(pages, articles, strict=True):
                    if page.get("text"):
                        cuts[set_name].add(page, article)
                    if article.rejected:
                        rejected[article.rejected].append(page)
                        all_rejected[article.rejected].append(page)
                report.print_rejected(len(pages), rejected)
                total += len(pages)
    report.print_means(by_set, names)
    if cuts:
        report.print_rejected(total, all_rejected)
    return {name: found for name, found in cuts.items() if found.gold_words}


def parse_extractors(text: str) -> list[str]:
    names = text.split(",")
    if unknown := [name for name in names if name not in NAMES]:
        raise argparse.ArgumentTypeError(f"no extractor {', '.join(unknown)}; choose from: {', '.join(NAMES)}")
    return names


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
