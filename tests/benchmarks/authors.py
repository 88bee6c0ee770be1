"""Compare the authors that the cleaner reads with gold authors, beside trafilatura's.

    python tests/benchmarks/authors.py DATA
    python tests/benchmarks/authors.py DATA --half even --differences
    python tests/benchmarks/authors.py DATA --sets wcxb --differences

Authors agree if they are the same names in any order; gold lines are split at commas and "and". `--half` takes the
sites whose hash is even or odd: rules are tuned on one half and judged on the other. Gold authors are now and then
agencies and papers, which the cleaner files under `source`: "named" is the share of pages whose gold is what `authors`
and `source` name, together or one of them. `--differences` lists each page
whose authors differ, with the source of ours. Only pages with gold authors count.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import statistics
import sys

import beside  # noqa: F401 (imported for its change of the path)
from gold import Page, add_data_options, find_data_sets, get_page_site, load_pages
from trafilatura.metadata import extract_metadata

import cleaning.records.given
from cleaning.metadata.collect import read_metadata
from cleaning.page.parsing import parse_tree

BETWEEN = re.compile(r"[,;|·/]|\b(?:and|und|et|y|e|with)\b|&")
WORD = re.compile(r"\w+")
HALVES = ("even", "odd")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data_options(parser)
    parser.add_argument("--half", choices=HALVES, help="only every second site, by the hash of its name")
    parser.add_argument("--differences", action="store_true", help="list the pages whose authors differ")
    parser.add_argument("--beside", action="store_true", help="measure trafilatura's authors, too")
    options = parser.parse_args(arguments)
    shares: list[list[float]] = []
    for name, path in find_data_sets(parser, options.data, options.sets).items():
        pages = [page for page in load_pages(path, options.sample) if page.get("author") and is_in(page, options.half)]
        if not pages:
            continue
        rows = [compare(page, beside_trafilatura=options.beside) for page in pages]
        shares.append([statistics.mean(row) for row in zip(*(row[:3] for row in rows), strict=True)])
        print(format_row(name, len(pages), shares[-1], options.beside), flush=True)
        if options.differences:
            for page, (is_right, _, _, found, source) in zip(pages, rows, strict=True):
                if not is_right:
                    print(f"    {page['id']} {page['url'][:80]}")
                    print(f"        gold {page['author']}\n        ours {found} {source}")
    if len(shares) > 1:
        print(
            format_row(
                "mean of sets", 0, [statistics.mean(share) for share in zip(*shares, strict=True)], options.beside
            )
        )
    return 0


def is_in(page: Page, half: str | None) -> bool:
    """Return whether the page's site is in this half of the sites."""
    digest = hashlib.sha256(get_page_site(page).encode()).digest()
    return half is None or HALVES[digest[0] % 2] == half


def compare(page: Page, *, beside_trafilatura: bool) -> tuple[bool, bool, bool, tuple[str, ...], str]:
    """Return whether our authors, ours with the source, and trafilatura's are the gold's, then ours and their place."""
    draft = read_metadata(parse_tree(page["html"]), cleaning.records.given.Page(page["url"], page["html"])).draft
    gold = split_names(page["author"])
    others = None
    if beside_trafilatura:
        others = extract_metadata(page["html"], default_url=page["url"], extensive=False).author
    authors, source = split_names(draft.authors), split_names(draft.source or "")
    return (
        authors == gold,
        gold in (authors, source, authors | source),
        split_names((others or "").split("; ")) == gold,
        draft.authors,
        draft.sources.get("authors", ""),
    )


def split_names(said: str | list[str] | tuple[str, ...]) -> set[str]:
    """Return the names of a list, or of one line that joins them by commas or "and", in small letters."""
    lines = [said] if isinstance(said, str) else said
    parts = (" ".join(WORD.findall(part)) for line in lines for part in BETWEEN.split(line))
    return {part.casefold().removeprefix("by ") for part in parts if part}


def format_row(name: str, pages: int, shares: list[float], is_beside: bool) -> str:
    row = f"{name:20} {pages or '':>5}  ours {shares[0]:.3f}  named {shares[1]:.3f}"
    return f"{row}  trafilatura {shares[2]:.3f}" if is_beside else row


if __name__ == "__main__":
    sys.exit(main())
