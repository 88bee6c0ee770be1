"""Measure how many stored pages settling cleans again for each new one, on a large site, night after night.

    python tests/benchmarks/settling.py
    python tests/benchmarks/settling.py --articles 2000 --nights 3

A made newspaper has a template with boxes, bylines, writers' lines and links to its latest stories; what it repeats
changes with the weeks. Its last nine nights before the measured ones are really crawled, from a WARC file; older
pages are copies of their rows, with addresses and dates of their own. Each measured night is crawled by `scrapy crawl
archive`: pages that were published in the 24 hours before it. All pages that settling finds due are counted, also those
that the archive does not have, and those that are only observed. Targets: at most one for each new page, and with
50,000 stored articles no more than with 10,000. The exit status is 1 if a target is missed.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import beside  # noqa: F401 (imported for its change of the path)
from crawling import FAST, ROOT, command, environment
from gold import parse_count
from scale_store import TextMaker

from storage.archive.write import Archive, Exchange
from storage.articles.saving import make_article_id

SITE = "gazette"
CRAWLED_NIGHTS = 9  # before the measured ones
FIRST_NIGHT = datetime(2026, 6, 1, 3, tzinfo=UTC)
LATEST = 8  # stories that a page links to
WRITERS = 25
MOST = 1.0  # pages cleaned again for each new one
MORE = 1.05  # of that with the largest store, against the smallest
_NUMBERS = ("settle/cleaned", "settle/unreadable")


class MadeNewspaper:
    """Pages by number; every night has `new` of them."""

    def __init__(self, new: int, seed: int = 17) -> None:
        self._texts = TextMaker(seed)
        self._new = new

    def url(self, number: int) -> str:
        return f"https://www.{SITE}.example/{number // self._new}/story-{number}.html"

    def published_at(self, number: int) -> datetime:
        night, place = divmod(number, self._new)
        return FIRST_NIGHT + timedelta(days=night) - timedelta(hours=24 * (1 - (place + 0.5) / self._new))

    def fetched_at(self, number: int) -> datetime:
        return FIRST_NIGHT + timedelta(days=number // self._new)

    def title(self, number: int) -> str:
        return " ".join(self._texts.make_text(number).lines[0].split()[:7]).rstrip(".")

    def html(self, number: int) -> str:
        chance = random.Random(f"{SITE} {number}")
        week = number // (7 * self._new)
        lines = list(self._texts.make_text(number).lines)[: chance.randint(6, 40)]
        body = [f"<p>{line}</p>" for line in lines]
        for at in range(5, len(body), 7):
            body[at] = f"<h2>{' '.join(lines[at].split()[:4])}</h2>{body[at]}"
        if chance.random() < 0.3:
            body.insert(3, f"<blockquote><p>{self._texts.make_text(number + 7).lines[5]}</p></blockquote>")
        if chance.random() < 0.5:
            body.insert(len(body) // 2, f"<p class='letter'>{self._texts.make_text(-week - 1).lines[1]}</p>")
        if chance.random() < 0.2:
            items = "".join(f"<li>{line}</li>" for line in self._texts.make_text(number + 9).lines[:4])
            body.append(f"<ul class='facts'>{items}</ul>")
        writer = chance.randrange(WRITERS)
        name = self.title(10**6 + writer).split()
        about = self._texts.make_text(-1000 - writer).lines[2]
        latest = "".join(
            f"<li><a href='{self.url(other)}'>{self.title(other)}</a></li>"
            for other in (number - step for step in range(1, LATEST + 1))
            if other >= 0
        )
        menu = "".join(f"<li><a href='/s/{at}'>{self._texts.make_text(-50).lines[at][:9]}</a></li>" for at in range(12))
        rights = self._texts.make_text(-60).lines[0]
        return (
            f"<!doctype html><html lang='en'><head><title>{self.title(number)} | Gazette</title>"
            f"<meta property='article:published_time' content='{self.published_at(number).isoformat()}'></head><body>"
            f"<header><nav><ul>{menu}</ul></nav></header><main><article><h1>{self.title(number)}</h1>"
            f"<p class='byline'>By {name[0].title()} {name[1].title()}</p><div class='text'>{''.join(body)}</div>"
            f"<aside class='writer'><p>{about}</p></aside></article>"
            f"<section class='latest'><h3>Latest</h3><ul>{latest}</ul></section></main>"
            f"<footer><p>{rights}</p></footer></body></html>"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", default="10000,50000", metavar="N,N", help="stored articles")
    parser.add_argument("--nights", type=parse_count, default=10, metavar="N")
    parser.add_argument("--new", type=parse_count, default=100, metavar="N", help="pages a night")
    options = parser.parse_args(arguments)
    sizes = [parse_count(size) for size in options.articles.split(",")]
    newspaper = MadeNewspaper(options.new)
    print(f"{'stored':>10}{'new':>8}{'cleaned again':>16}{'for each new':>15}   by night")
    found: list[float] = []
    with tempfile.TemporaryDirectory(prefix="broadsheet-settling-") as folder:
        begun = Path(folder, "begun")
        nights = range(CRAWLED_NIGHTS)
        _crawl(begun, newspaper, [number for night in nights for number in _list_night(night, options.new)], 0)
        for size in sizes:
            data = Path(folder, str(size))
            subprocess.run(["cp", "-r", str(begun), str(data)], check=True)
            _add_copies(data, newspaper, size - CRAWLED_NIGHTS * options.new)
            again = [
                _crawl(data, newspaper, _list_night(night, options.new), night)
                for night in range(CRAWLED_NIGHTS, CRAWLED_NIGHTS + options.nights)
            ]
            found.append(sum(again) / (options.new * options.nights))
            numbers = " ".join(map(str, again))
            print(f"{size:>10,}{options.new * options.nights:>8}{sum(again):>16,}{found[-1]:>15.2f}   {numbers}")
    return 0 if max(found) <= MOST and found[-1] <= MORE * found[0] else 1


def _list_night(night: int, new: int) -> list[int]:
    return list(range(night * new, (night + 1) * new))


def _crawl(data: Path, newspaper: MadeNewspaper, numbers: Sequence[int], night: int) -> int:
    """Crawl pages; return how many stored ones were due to be cleaned again after it."""
    archive = Archive(data / "archive", run=1000 + night, software="benchmark")
    for number in numbers:
        archive.write(
            Exchange(
                url=newspaper.url(number),
                method="GET",
                request_headers=[],
                status=200,
                headers=[("Content-Type", "text/html; charset=utf-8")],
                body=newspaper.html(number).encode(),
                fetched_at=newspaper.fetched_at(number),
                site=SITE,
            )
        )
    archive.close()
    (path,) = (data / "archive").glob(f"*run{1000 + night:06}*")
    subprocess.run(
        [*command("crawl", "archive", "-a", f"path={path}", data=data), *FAST, "-s", "CLEANING_PROCESSES=2"],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    with closing(sqlite3.connect(data / "broadsheet.db")) as store:
        ((counts,),) = store.execute("SELECT counts FROM run ORDER BY id DESC LIMIT 1")
    return sum(json.loads(counts).get(SITE, {}).get(name, 0) for name in _NUMBERS)


def _add_copies(data: Path, newspaper: MadeNewspaper, number: int) -> None:
    """Add older pages: copies of what is stored, with ids, addresses, headlines and dates of their own."""
    with closing(sqlite3.connect(data / "broadsheet.db", isolation_level=None)) as store:
        store.row_factory = sqlite3.Row
        triggers = store.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        store.execute("BEGIN")
        for trigger in triggers:  # they would index each copy for the search
            store.execute(f"DROP TRIGGER {trigger['name']}")
        articles = [dict(row) for row in store.execute("SELECT * FROM article ORDER BY id")]
        traces = {row["article_id"]: dict(row) for row in store.execute("SELECT * FROM trace")}
        first = datetime.fromisoformat(min(row["published_at"] for row in articles))
        for copy in range(number):
            row = articles[copy % len(articles)]
            url = f"https://www.{SITE}.example/older/{copy}.html"
            name = make_article_id(url)
            moment = (first - timedelta(days=(copy + 1) / 100)).isoformat(sep=" ", timespec="microseconds")
            key = f"{row['headline_key']} {copy}"
            changes = {"id": name, "url": url, "canonical_url": url, "published_at": moment, "fetched_at": moment}
            _insert(store, "article", row | changes | {"headline_key": key, "story_key": key, "duplicate_of": None})
            _insert(store, "trace", traces[row["id"]] | {"article_id": name})
        for trigger in triggers:
            store.execute(trigger["sql"])
        store.execute("COMMIT")


def _insert(store: sqlite3.Connection, table: str, row: dict[str, object]) -> None:
    marks = ", ".join("?" * len(row))
    store.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))


if __name__ == "__main__":
    sys.exit(main())
