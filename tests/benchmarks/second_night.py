"""Crawl twenty replayed sites on two nights, with nothing new on the second: what does that one cost?

    python tests/benchmarks/second_night.py DATA
    python tests/benchmarks/second_night.py DATA --sites 5 --pages 10

DATA is a folder of data sets (see gold.py). The sites that have most pages are replayed on loopback, with ETag and
Last-Modified. Targets: the second night takes 95 % fewer bytes than the first, and no body of an article. The exit
status is 1 if a target is missed.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

import beside  # noqa: F401 (imported for its change of the path)
from crawling import FAST, ROOT, command, environment
from gold import add_data_options, find_data_sets, load_pages, parse_count
from prepared_scrapy import run_prepared
from replayed_sites import ReplayedSite, replay_sites

PATIENCE = 3600  # seconds for a night
MOST_BYTES = 0.05  # of the second night, as a share of the first
_TIMES = ("offered_at", "due_at", "fetched_at", "changed_at", "first_fetched_at", "recheck_at", "missing_at")


class NightCost(NamedTuple):
    """What the sites sent in one night."""

    requests: int
    not_modified: int
    bodies: int  # of articles
    size: int  # bytes


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data_options(parser)
    parser.add_argument("--sites", type=parse_count, default=20, metavar="N")
    parser.add_argument("--pages", type=parse_count, default=20, metavar="N", help="the most pages of a site")
    options = parser.parse_args(arguments)
    paths = find_data_sets(parser, options.data, options.sets).values()
    pages = chain.from_iterable(load_pages(path, options.sample) for path in paths)
    with tempfile.TemporaryDirectory(prefix="broadsheet-nights-") as folder:
        data = Path(folder, "data")
        with replay_sites(pages, sites=options.sites, most=options.pages) as sites:
            nights = [_crawl(sites, data)]
            pass_a_night(data)
            nights.append(_crawl(sites, data))
    print(f"{'night':>6}{'requests':>10}{'304':>7}{'article bodies':>16}{'bytes':>14}")
    for number, night in enumerate(nights, 1):
        print(f"{number:>6}{night.requests:>10}{night.not_modified:>7}{night.bodies:>16}{night.size:>14,}")
    share = nights[1].size / nights[0].size
    print(f"the second night takes {1 - share:.1%} fewer bytes (target: {1 - MOST_BYTES:.0%})")
    return 0 if share <= MOST_BYTES and nights[1].bodies == 0 else 1


def _crawl(sites: Sequence[ReplayedSite], data: Path) -> NightCost:
    for site in sites:
        site.sent.clear()
    addresses = " ".join(f"{site.url}/" for site in sites)
    line = [*command("crawl", "articles", "-a", f"url={addresses}", data=data), *FAST]
    run_prepared(line, ROOT, environment(), timeout=PATIENCE).check_returncode()
    sent = [(site, answer) for site in sites for answer in site.sent]
    return NightCost(
        len(sent),
        sum(answer.status == 304 for _, answer in sent),
        sum(answer.status == 200 and answer.path in site.articles for site, answer in sent),
        sum(answer.size for _, answer in sent),
    )


def pass_a_night(data: Path) -> None:
    """Put the times of all addresses back by a day; those of articles are the times of their archive records."""
    with sqlite3.connect(data / "broadsheet.db") as connection:
        for column in _TIMES:
            connection.execute(
                f"UPDATE address SET {column} = strftime('%Y-%m-%d %H:%M:%f', {column}, '-1 day') || '000'"
            )
    connection.close()


if __name__ == "__main__":
    sys.exit(main())
