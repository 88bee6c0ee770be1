"""How well `clean` does on pages with gold text, beside trafilatura's standard settings, and what each rule cuts.

    python tests/benchmarks/quality.py DATA [--sample N] [--rule NAME]

DATA is one NAME.jsonl.xz or a folder of them (see the benchmark's README). Shingles are matched as its score.py does.
A cut block stands in the gold where at least half of its shingles do. The headline, where the gold holds it and the
title gives it, is no false cut. --sample takes every Nth page, --rule shows cut blocks of one rule that are gold.
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
import statistics
from collections import Counter, defaultdict
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import trafilatura

from cleaning.article import Article, Page
from cleaning.clean import clean
from cleaning.headlines import headline_key
from cleaning.rules import RULES

Shingles = Counter[tuple[str, ...]]
SHOWN = 20


class Result(NamedTuple):
    """One page: its gold, what we made of it, trafilatura's title and text."""

    page: dict[str, Any]
    article: Article
    title: str
    text: str


def shingles(words: list[str]) -> Shingles:
    return Counter(tuple(words[at : at + 4]) for at in range(max(1, len(words) - 3)) if words[at : at + 4])


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def both(page: dict[str, Any]) -> Result:
    article = clean(Page(page["url"], page["html"]))
    document = trafilatura.bare_extraction(
        page["html"], url=page["url"], include_comments=False, with_metadata=True, fast=False
    )
    title, text = (document.title or "", document.text or "") if document else ("", "")
    return Result({key: value for key, value in page.items() if key != "html"}, article, title, text)


def figures(results: list[Result], *, ours: bool) -> dict[str, float]:
    """f1, p, r and exact over the pages with a gold text."""
    precisions, recalls, exact = [], [], []
    for page, article, their_title, their_text in results:
        title, text = (article.title, article.text) if ours else (their_title, their_text)
        gold, found = words_of(page["text"]), words_of(text)
        if page["headline_in_gold"] and found[: len(words_of(title))] != words_of(title):
            found = words_of(title) + found
        wanted, given = shingles(gold), shingles(found)
        hit = (wanted & given).total()
        precisions += [hit / given.total()] if given else []
        recalls += [hit / wanted.total()] if wanted else []
        exact.append(gold == found)
    p, r = statistics.mean(precisions or [0]), statistics.mean(recalls or [0])
    return {"f1": 2 * p * r / (p + r) if p + r else 0.0, "p": p, "r": r, "exact": statistics.mean(exact)}


class Cuts:
    """What each rule cut: blocks and words, and how many of them stand in the gold."""

    def __init__(self) -> None:
        self.blocks: Counter[str] = Counter()
        self.false_blocks: Counter[str] = Counter()
        self.words: Counter[str] = Counter()
        self.false_words: Counter[str] = Counter()
        self.samples: dict[str, list[str]] = defaultdict(list)
        self.gold_words = 0

    def add(self, result: Result) -> None:
        gold = words_of(result.page["text"])
        self.gold_words += len(gold)
        wanted, line = shingles(gold), f" {' '.join(gold)} "
        handed_over = headline_key(result.article.title) if result.page["headline_in_gold"] else None
        for block in result.article.removed:
            rule, words = block.rule or "", words_of(block.text)
            if not words or headline_key(block.text) == handed_over:
                continue
            own = shingles(words)
            false = f" {' '.join(words)} " in line if len(words) < 4 else 2 * (own & wanted).total() >= own.total()
            self.blocks[rule] += 1
            self.words[rule] += len(words)
            if false:
                self.false_blocks[rule] += 1
                self.false_words[rule] += len(words)
                self.samples[rule].append(f"{result.page['id']}: {block.text[:100]} [{block.evidence}]")

    def report(self) -> None:
        print(f"\n{'rule':20} {'cuts':>6} {'in gold':>8} {'share':>6} {'words':>8} {'in gold':>8}")
        for rule in RULES:
            cuts = max(1, self.blocks[rule])
            print(
                f"{rule:20} {self.blocks[rule]:6} {self.false_blocks[rule]:8} {self.false_blocks[rule] / cuts:6.3f}"
                f" {self.words[rule]:8} {self.false_words[rule]:8}"
            )
        lost = self.false_words.total()
        print(f"all rules cut {lost} of {self.gold_words} gold words: {lost / max(1, self.gold_words):.2%}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--sample", type=int, default=1, metavar="N")
    parser.add_argument("--rule", choices=list(RULES))
    options = parser.parse_args()
    files = sorted(options.data.glob("*.jsonl.xz")) if options.data.is_dir() else [options.data]
    cuts, means = Cuts(), defaultdict(list)
    print(
        f"{'set':18} {'pages':>5} {'rejected':>8}   {'f1':>13} {'p':>13} {'r':>13} {'exact':>13}   (ours trafilatura)"
    )
    with get_context("spawn").Pool(2) as pool:
        for file in files:
            with lzma.open(file, "rt", encoding="utf-8") as lines:
                pages = [json.loads(line) for line in lines][:: options.sample]
            results = list(pool.imap(both, pages, 4))
            rejected = sum(result.article.rejected is not None for result in results)
            row = f"{file.name.removesuffix('.jsonl.xz'):18} {len(results):5} {rejected:8}  "
            golden = [result for result in results if result.page["text"]]
            if golden:
                ours, theirs = figures(golden, ours=True), figures(golden, ours=False)
                for name in ours:
                    means[name].append((ours[name], theirs[name]))
                    row += f"   {ours[name]:.3f} {theirs[name]:.3f}"
            print(row, flush=True)
            for result in golden:
                cuts.add(result)
    pairs = (tuple(map(statistics.mean, zip(*values, strict=True))) for values in means.values())
    print(f"{'mean':33}  " + "".join(f"   {ours:.3f} {theirs:.3f}" for ours, theirs in pairs))
    cuts.report()
    for sample in cuts.samples[options.rule][:SHOWN] if options.rule else ():
        print("   ", sample)


if __name__ == "__main__":
    main()
