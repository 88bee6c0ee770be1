"""Crawl a paper of known articles, and compare the measured completeness with the truth.

    python tests/benchmarks/completeness.py
    python tests/benchmarks/completeness.py --articles 200 --on-front 0.7 --in-feed 0.5 --seed 3

The front page and the feed each list a random part of the paper's articles; some of these are missing, empty or
forbidden. Target: listed and stored are exact, by reason, and the interval of the estimate holds the true number of
articles (for 19 seeds in 20). The exit status is 1 if a count is wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import beside  # noqa: F401 (imported for its change of the path)
from crawling import run_scrapy
from gold import parse_count
from servers.real_web.day_paper import EMPTY, FORBIDDEN, MISSING, DayPaper

OUTCOMES = {MISSING: "failed/http-404", EMPTY: "rejected/too-short", FORBIDDEN: "refused/robots"}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=parse_count, default=120, metavar="N")
    parser.add_argument(
        "--on-front", type=float, default=0.7, metavar="SHARE", help="of the articles, on the front page"
    )
    parser.add_argument("--in-feed", type=float, default=0.6, metavar="SHARE", help="of the articles, in the feed")
    parser.add_argument("--seed", type=parse_count, default=1, metavar="N")
    options = parser.parse_args(arguments)
    with DayPaper(options.articles, options.on_front, options.in_feed, seed=options.seed) as paper:
        night = measure(paper)
        expected = Counter(OUTCOMES.get(paper.fates.get(path, ""), "stored") for path in paper.listed)
    estimate = night["estimate"]
    is_held = estimate["low"] <= options.articles <= estimate["high"]
    print(f"listed: {night['listed']} measured, {len(paper.listed)} true")
    for name in sorted({*expected, *night["outcomes"]}):
        print(f"{name}: {night['outcomes'].get(name, 0)} measured, {expected[name]} true")
    print(f"share stored: {night['share']:.1%}")
    print(
        f"articles, listed or not: {estimate['value']} estimated ({estimate['low']} to {estimate['high']}), "
        f"{options.articles} true{'' if is_held else ': outside the interval'}"
    )
    return 0 if night["listed"] == len(paper.listed) and night["outcomes"] == expected else 1


def measure(paper: DayPaper) -> dict[str, Any]:
    """Return what `scrapy sites nights --json` says of one crawl of the paper."""
    with tempfile.TemporaryDirectory(prefix="broadsheet-completeness-") as folder:
        data = Path(folder) / "data"
        run_scrapy("crawl", "articles", "-a", f"url={paper.url}/", "-s", "TDMREP_ASKED=False", data=data)
        night: dict[str, Any] = json.loads(run_scrapy("sites", "nights", "--json", data=data).stdout)["nights"][0]
        return night


if __name__ == "__main__":
    sys.exit(main())
