"""Crawl a paper that dates every article by the clock, over several nights with a small budget.

    python tests/benchmarks/false_dates.py
    python tests/benchmarks/false_dates.py --articles 60 --budget 19 --nights 4

The only sitemap of the paper gives every article the time of the request as its last change. Target: all articles are
stored after four nights of 19 articles each, and no request for an article is a second one before all are stored. The
exit status is 1 if a target is missed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import beside  # noqa: F401 (imported for its change of the path)
from crawling import Store, run_scrapy
from gold import parse_count
from nights import let_a_night_pass
from servers.real_web.false_dates import ClockPaper


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=parse_count, default=60, metavar="N")
    parser.add_argument("--budget", type=parse_count, default=19, metavar="N", help="articles that a night may fetch")
    parser.add_argument("--nights", type=parse_count, default=4, metavar="N")
    options = parser.parse_args(arguments)
    stored, again = measure(options.articles, options.budget, options.nights)
    is_reached = stored == options.articles and not again
    print(f"after {options.nights} nights: {stored} of {options.articles} stored, {again} asked again before that")
    return 0 if is_reached else 1


def measure(articles: int, budget: int, nights: int) -> tuple[int, int]:
    """Return how many articles are stored, and how many were asked for again before all were."""
    again = 0
    with tempfile.TemporaryDirectory(prefix="broadsheet-false-dates-") as folder, ClockPaper(articles) as paper:
        data = Path(folder) / "data"
        seen: set[str] = set()
        for night in range(1, nights + 1):
            if night > 1:
                let_a_night_pass(data)
            begin = len(paper.asked)
            run_scrapy(
                *("crawl", "articles", "-a", f"url={paper.url}/"),
                *("-s", f"PAGES_PER_HOST={paper.LISTS + budget}", "-s", "TDMREP_ASKED=False"),
                data=data,
            )
            asked = paper.list_asked(begin)
            again += sum(path in seen for path in asked) if len(seen) < articles else 0
            seen.update(asked)
            stored = len(Store(data).texts())
            print(f"night {night}: {len(asked)} articles asked for, {stored} stored", flush=True)
        return stored, again


if __name__ == "__main__":
    sys.exit(main())
