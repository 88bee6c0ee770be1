"""Make a store of many nights in bulk: the rows that a nightly crawl of many sites leaves, in a small part of its time.

One article goes through the real store; its row is the pattern for the others'. The last night is today's. Everything
else is a function of the seed.
"""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cleaning.records.article import Article
from cleaning.records.block import Block, BlockKind
from storage import runs
from storage.archive.location import ArchiveLocation
from storage.archive.own_files import make_own_name
from storage.articles import saving
from storage.database.engine import make_database_url, open_database
from storage.nights.from_counts import count_site_numbers

LANGUAGES = ("en", "de", "fr", "es", "pt")
WORDS = ["harbour", "council", "ferry", "tide", "market", "bridge", "school", "budget", "winter", "court", "river"]
CHUNK = 5_000  # articles
Row = dict[str, Any]


@dataclass(frozen=True)
class NightStore:
    """The size of the store. `articles` are spread over all nights and sites, `length` is that of a text."""

    sites: int = 12
    nights: int = 31
    articles: int = 2_000
    length: int = 1_500  # characters
    seed: int = 18

    def fill(self, data: Path) -> Path:
        """Fill a new store in this data folder, and return the folder."""
        data.mkdir(parents=True, exist_ok=True)
        (data / "archive").mkdir(exist_ok=True)
        pattern = self._read_pattern(data)
        with closing(sqlite3.connect(data / "broadsheet.db", isolation_level=None)) as store:
            store.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -300000")
            kinds = "type = 'trigger' OR (type = 'index' AND sql IS NOT NULL)"
            later = store.execute(f"SELECT type, name, sql FROM sqlite_master WHERE {kinds} ORDER BY type").fetchall()
            for kind, name, _ in later:
                store.execute(f"DROP {kind} {name}")
            store.execute("BEGIN")
            store.execute("DELETE FROM article")
            store.execute("DELETE FROM run")
            insert_rows(store, "run", list(self._iter_runs()))
            rows = self._iter_articles(pattern)
            while some := [row for row, _ in zip(rows, range(CHUNK), strict=False)]:
                insert_rows(store, "article", some)
            insert_rows(store, "site_block", list(self._iter_blocks()))
            insert_rows(store, "host", list(self._iter_hosts()))
            insert_rows(store, "site_night", list(self._iter_site_nights()))
            insert_rows(store, "finding", list(self._iter_findings()))
            insert_rows(store, "recheck_count", list(self._iter_rechecks()))
            store.execute("COMMIT")
            for _, _, sql in later:
                store.execute(sql)
            store.executescript("PRAGMA journal_mode = WAL")
        for night in range(self.nights):
            size = round(self.articles / self.nights * 25_000 * self._rng("size", night).uniform(0.8, 1.2))
            with (data / "archive" / make_own_name(self.begin(night), night + 1, 0)).open("wb") as file:
                file.truncate(size)  # it has the size, and takes no space
        return data

    def begin(self, night: int) -> datetime:
        today = datetime.now(UTC).replace(hour=0, minute=5, second=0, microsecond=0)
        return today - timedelta(days=self.nights - 1 - night)

    def site(self, number: int) -> str:
        return f"{WORDS[number % len(WORDS)]}-{number}"

    def count(self, night: int, site: int) -> dict[str, int]:
        """Return the stats of a site in a night."""
        rng = self._rng("count", night, site)
        scale = self.articles / self.nights / self.sites * (0.3 + 1.4 * ((site * 37) % 100) / 100)
        scale *= 0.5 if self.begin(night).weekday() >= 5 else 1.0
        stored = max(0, round(rng.gauss(scale, scale**0.5)))
        listed = stored + rng.randint(0, 1 + stored // 40)
        found = {
            "page/fetched": 0,
            "article/stored": stored,
            "article/updated": rng.randint(0, stored // 8),
            "article/duplicate": rng.randint(0, 1 + stored // 6),
            "article/unchanged": rng.randint(0, 3),
            "article/rejected/too-short": rng.randint(0, 1 + stored // 9),
            "article/rejected/no-text": rng.randint(0, 2),
            "article/rejected/paywall": rng.randint(0, 1 + stored // 12),
            "address/gone/http-404": rng.randint(0, 3),
            "address/failed/timeout": rng.randint(0, 2),
            "time/seconds": 20 + stored * 3 + rng.randint(0, 20),
            "listed/night": 1,
            "listed/articles": listed,
            "listed/stored": stored,
        }
        found["page/fetched"] = sum(
            number for stat, number in found.items() if stat.startswith("article/") and stat != "article/updated"
        )
        return {stat: number for stat, number in found.items() if number}

    def _iter_runs(self) -> Iterator[Row]:
        for night in range(self.nights):
            counts = {self.site(site): self.count(night, site) for site in range(self.sites)}
            began = self.begin(night)
            ended = began + timedelta(seconds=4_000 + self._rng("end", night).randint(0, 600))
            yield {
                "id": night + 1,
                "spider": "articles",
                "started_at": format_time(began),
                "ended_at": format_time(ended),
                "outcome": "finished",
                "exit_code": 0,
                "counts": json.dumps(counts),
                "is_night": 1,
            }

    def _iter_site_nights(self) -> Iterator[Row]:
        for night in range(self.nights):
            for site in range(self.sites):
                numbers = count_site_numbers(self.site(site), self.count(night, site), is_cut_off=False)
                rng = self._rng("numbers", night, site)
                numbers |= {
                    "median_length": 2_000 + 300 * (site % 7) + rng.randint(-150, 150),
                    "share_cut": 0.18 + rng.uniform(-0.03, 0.03),
                    "share_cut/repeated_block": 0.09 + rng.uniform(-0.02, 0.02),
                    "share_cut/teaser": 0.05 + rng.uniform(-0.01, 0.01),
                    "share_cut/menu": 0.04,
                    f"language/{LANGUAGES[site % len(LANGUAGES)]}": 1.0,
                    "no_date": rng.choice((0, 0, 0.02)),
                    "no_author": 0.3,
                    "place/div.article-body": 1.0,
                    "articles": numbers["stored"],
                }
                yield {
                    "run_id": night + 1,
                    "site": self.site(site),
                    "started_at": format_time(self.begin(night)),
                    "numbers": json.dumps(numbers),
                }

    def _iter_findings(self) -> Iterator[Row]:
        last = self.nights - 1
        told = (
            ("javascript", last, None, "40 of 40 pages had no text (usually 2 %): its pages are built by JavaScript"),
            ("silent", max(0, last - 3), None, "no new article; usually 41 on a Wednesday"),
            ("slow", max(0, last - 6), last, "9.1 seconds a page; usually 1.2"),
        )
        for place, (name, first, healed, sentence) in enumerate(told[: self.nights]):
            site = self.site(place)
            yield {
                "site": site,
                "name": name,
                "first_run": first + 1,
                "sentence": sentence,
                "advice": f"Look at its front page; if it has moved, write its new address: scrapy sites check {site}",
                "evidence": "{}",
                "first_seen": format_time(self.begin(first)),
                "last_seen": format_time(self.begin(last)),
                "last_run": last + 1,
                "healed_at": None if healed is None else format_time(self.begin(healed)),
                "healed_run": None if healed is None else healed + 1,
                "muted_until": None,
            }

    def _iter_rechecks(self) -> Iterator[Row]:
        for night in range(self.nights):
            for site in range(self.sites):
                for minutes, most in ((1_440, 6), (10_080, 3)):
                    changed = self._rng("recheck", night, site, minutes).randint(0, most)
                    row = {"checked": 20, "changed": changed, "gone": int(changed == most)}
                    yield {"site": self.site(site), "run_id": night + 1, "minutes": minutes} | row

    def _iter_articles(self, pattern: Row) -> Iterator[Row]:
        rng = random.Random(self.seed)
        filler = " ".join(rng.choices(WORDS, k=60_000))
        blocks = str(pattern["blocks"]) + " " * (self.length // 3)
        for number in range(self.articles):
            night = number * self.nights // self.articles
            site = rng.randrange(self.sites)
            began = self.begin(night)
            url = f"https://www.{self.site(site)}.example/{began:%Y/%m/%d}/the-story-of-number-{number}"
            title = " ".join(rng.choices(WORDS, k=7)).capitalize()
            start = rng.randrange(len(filler) - self.length - 1)
            yield pattern | {
                "id": saving.make_article_id(url),
                "url": url,
                "canonical_url": url,
                "site": self.site(site),
                "title": title,
                "headline_key": title.lower(),
                "story_key": title.lower(),
                "language": LANGUAGES[site % len(LANGUAGES)],
                "published_at": format_time(began - timedelta(minutes=rng.randint(5, 1_300))),
                "fetched_at": format_time(began + timedelta(seconds=rng.randint(5, 3_900))),
                "text": filler[start : start + self.length] if self.length > 1_500 else pattern["text"],
                "blocks": blocks,
                "archive_file": make_own_name(began, night + 1, 0),
                "archive_offset": number * 20_000,
                "run_id": night + 1,
            }

    def _iter_blocks(self) -> Iterator[Row]:
        for site in range(self.sites):
            rng = self._rng("block", site)
            for place in range(40):
                yield {
                    "site": self.site(site),
                    "fingerprint": site * 1_000 + place,
                    "articles": rng.randint(2, 390),
                    "needed": 3,
                    "text": f"Sign up for our newsletter on {rng.choice(WORDS)}s: the news in your inbox",
                    "place": "after the text",
                    "first_seen": "2026-01-01",
                    "last_seen": "2026-11-30",
                }

    def _iter_hosts(self) -> Iterator[Row]:
        until = format_time(datetime.now(UTC) + timedelta(hours=3))
        for site in range(0, self.sites, 9):
            host = f"www.{self.site(site)}.example"
            yield {"host": host, "held_until": until, "reason": "robots-http-503", "opened": 1}

    def _read_pattern(self, data: Path) -> Row:
        """Return the row of one article, as the real store writes it."""
        engine = open_database(make_database_url(data, None))
        with engine.begin() as connection:
            run = runs.begin(connection, spider="articles", now=self.begin(0))
            article = make_article("https://pattern.example/a")
            place = ArchiveLocation("none.warc.gz", 0)
            saving.save_article(connection, article, site="pattern", run=run, fetched_at=self.begin(0), location=place)
        engine.dispose()
        with closing(sqlite3.connect(data / "broadsheet.db")) as store:
            store.row_factory = sqlite3.Row
            return dict(store.execute("SELECT * FROM article").fetchone())

    def _rng(self, *what: object) -> random.Random:
        return random.Random(f"{self.seed} {what}")


def make_article(url: str, **more: Any) -> Article:
    """Return an article with kept and cut blocks, as cleaning would."""
    lines = [f"{' '.join(random.Random(place).choices(WORDS, k=14)).capitalize()}." for place in range(12)]
    blocks = [Block(line, path="body > main > p") for line in lines]
    blocks.insert(4, Block("Read more: the harbour reopens", rule="teaser", evidence="a link", path="body > aside"))
    values: dict[str, Any] = {
        "title": "Harbour reopens after the storm",
        "blocks": (Block("Harbour reopens", kind=BlockKind.HEADING, path="body > h2"), *blocks),
        "language": "en",
        "language_probability": 0.99,
        "cleaner_version": "1",
    }
    return Article(url=url, **values | more)


def insert_rows(store: sqlite3.Connection, table: str, rows: list[Row]) -> None:
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        line = f"INSERT INTO {table} ({', '.join(rows[0])}) VALUES ({marks})"
        store.executemany(line, [tuple(row.values()) for row in rows])


def format_time(moment: datetime) -> str:
    """Write a time as the store does in SQLite."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
