"""Make stores of any number of articles for scale.py: the rows that a crawl leaves, in a small part of its time.

One article goes through the real store, and the rows that this leaves are the pattern for the others'. Texts have about
4,000 characters in 30 blocks: phrases of two to four words in random order, so that a run of five words hardly ever
stands in two of them, and stock sentences, of which the r-th is drawn with a frequency of 1 / (r + 50): one sentence in
twelve. Sketches are drawn, too, with the true values of the stock sentences among them; they are computed only for
PROBES of the articles, of which one newcomer in five is a copy.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import accumulate, chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from judging import NIGHT
from sqlalchemy import Engine, select, text

from cleaning.duplicates.article_sketch import (
    SHINGLE_WORDS,
    SKETCH_SIZE,
    build_article_sketch,
    build_story_key,
    pack_sketch,
    seal_sketch,
)
from cleaning.duplicates.fingerprint import hash_to_int
from cleaning.duplicates.shingles import list_shingles, split_words
from cleaning.records.article import Article
from cleaning.records.block import Block
from crawler.storing.deduplicate import deduplicate
from crawler.storing.observations import store_page_observation
from storage import runs
from storage.archive.location import ArchiveLocation
from storage.articles import saving
from storage.articles.story_index import make_index_keys
from storage.database.engine import make_database_url, open_database
from storage.database.words import fold_words
from storage.frontier import settling
from storage.frontier.addresses import AddressKind, AddressState, Offer
from storage.frontier.offering import offer
from storage.frontier.validators import Validators, save_validators
from storage.models import Address
from storage.models.packed_blocks import pack_blocks

if TYPE_CHECKING:
    from sqlalchemy import Connection

SITES = 50
BLOCKS, CHARACTERS = 30, 4_000
SHINGLES = 580  # of a text, about
STOCK, STOCK_SHARE = 20_000, 1 / 12
PROBES = 1_000
WAITING = 2_000  # addresses that wait to be fetched, over all sites
OBSERVED = 500  # pages of a site whose observations are kept
FIRST = datetime(2024, 11, 1, tzinfo=UTC)
CHUNK = 1_000
LETTERS = "etaoinshrdlucmfwypvbgk"
SKETCH = "sketch_key"
Row = dict[str, Any]
Rows = dict[str, list[Row]]  # of each table


class MadeText(NamedTuple):
    lines: tuple[str, ...]
    stock: tuple[int, ...]  # numbers of its stock sentences

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


class TextMaker:
    """Makes the articles: each is a function of its number."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        rng = random.Random(seed)
        words = ["".join(rng.choices(LETTERS, k=rng.randint(2, 10))) for _ in range(30_000)]
        common = list(accumulate(1 / (rank + 5) for rank in range(len(words))))
        drawn = iter(rng.choices(words, cum_weights=common, k=1_000_000))
        self._phrases = [" ".join(islice(drawn, rng.randint(2, 4))) for _ in range(200_000)]
        self._stock = [" ".join(islice(drawn, rng.randint(8, 20))).capitalize() + "." for _ in range(STOCK)]
        self._stock_weights = list(accumulate(1 / (rank + 50) for rank in range(STOCK)))

    @cached_property
    def stock_values(self) -> list[list[int]]:
        return [[hash_to_int(run) for run in list_shingles(split_words(one), SHINGLE_WORDS)] for one in self._stock]

    def make_text(self, number: int) -> MadeText:
        rng = random.Random(f"{self.seed} {number}")
        phrases = iter(rng.choices(self._phrases, k=6 * BLOCKS))
        stock = rng.choices(range(STOCK), cum_weights=self._stock_weights, k=BLOCKS)
        lines, used = [], []
        for place in range(BLOCKS):
            if rng.random() < STOCK_SHARE * 2:  # a block has two sentences
                used.append(stock[place])
                lines.append(f"{' '.join(islice(phrases, 3)).capitalize()}. {self._stock[stock[place]]}")
            else:
                lines.append(f"{' '.join(islice(phrases, 6)).capitalize()}.")
        return MadeText(tuple(lines), tuple(used))

    def make_article(self, number: int, copied: int | None = None) -> Article:
        """Return an article as cleaning would; the text of `copied` under another headline, if that is given."""
        made = self.make_text(number if copied is None else copied)
        title = " ".join(self.make_text(number).lines[0].split()[:8]).rstrip(".")
        day = find_day(number)
        return Article(
            url=make_url(number),
            title=title,
            blocks=tuple(map(_make_block, made.lines)),
            canonical_url=make_url(number),
            site_name=f"Paper {number % SITES}",
            authors=(" ".join(title.split()[:2]).title(),),
            published_at=day,
            description=made.lines[0][:160],
            tags=tuple(title.split()[:4]),
            image=f"https://site{number % SITES}.example/images/{number}.jpg",
            section=title.split()[0],
            language="en",
            language_probability=0.99,
            headline_key=title.lower(),
            observation=bytes(1_500),
            memory_dependency=bytes(250),
            memory_fingerprint=f"{number:016x}",
            sketch=seal_sketch(made.text),
            cleaner_version="1",
        )

    def draw_sketch(self, number: int, made: MadeText) -> tuple[int, ...]:
        rng = random.Random(number)
        bound = (1 << 63) * SKETCH_SIZE // SHINGLES
        own = {rng.randrange(bound) for _ in range(SKETCH_SIZE)}
        own.update(value for number in made.stock for value in self.stock_values[number])
        return tuple(sorted(own)[:SKETCH_SIZE])


def _make_block(line: str) -> Block:
    return Block(line, path="body > main > article > p", links=())


def make_url(number: int) -> str:
    day = find_day(number)
    return f"https://www.site{number % SITES}.example/{day:%Y/%m/%d}/the-story-of-number-{number}"


def find_day(number: int) -> datetime:
    """Return when an article was published: a few of a site are of one day, whatever the size of the store."""
    return FIRST + timedelta(minutes=(number * 7_919) % (60 * 24 * 750))


def is_probe(number: int, size: int) -> bool:
    return number % max(1, size // PROBES) == 0


def choose_copied(number: int, size: int) -> int:
    """Return the number of the stored article whose text a newcomer repeats."""
    return random.Random(number).randrange(size) // max(1, size // PROBES) * max(1, size // PROBES)


def fill(engine: Engine, maker: TextMaker, size: int) -> None:
    """Fill an empty store. Indexes of SQLite are built at the end, the index of the full-text search is left to do."""
    pattern = _read_pattern(maker)
    chunks = (
        _make_rows(maker, range(start, min(start + CHUNK, size)), size, pattern) for start in range(0, size, CHUNK)
    )
    chunks = chain([{"run": pattern["run"]}], chunks)
    if engine.dialect.name == "sqlite":
        engine.dispose()  # or the file's journal cannot be left out
        _fill_sqlite(str(engine.url.database), chunks)
    else:
        _fill_server(engine, chunks)
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO search_backlog (article_id) SELECT id FROM article WHERE sketch IS NOT NULL")
        )


def _make_rows(maker: TextMaker, numbers: Iterable[int], size: int, pattern: Rows) -> Rows:
    found: Rows = {table: [] for table in pattern if table != "run"}
    for number in numbers:
        made, name, url = maker.make_text(number), saving.make_article_id(make_url(number)), make_url(number)
        values = build_article_sketch(made.text) if is_probe(number, size) else maker.draw_sketch(number, made)
        title, day, site = " ".join(made.lines[0].split()[:8]).rstrip("."), find_day(number), f"site{number % SITES}"
        address = number + 1
        own: dict[str, Row] = {
            "article": {
                "id": name, "url": url, "canonical_url": url, "site": site, "site_name": f"Paper {number % SITES}",
                "title": title, "headline_key": title.lower(), "story_key": build_story_key(title),
                "published_at": _format_time(day), "fetched_at": _format_time(day + timedelta(hours=9)),
                "text": made.text, "sketch": pack_sketch(values), "archive_offset": number * 20_000,
                "image": f"https://site{number % SITES}.example/images/{number}.jpg",
                "description": made.lines[0][:160], "blocks": pack_blocks(map(_make_block, made.lines), made.text),
            },
            "entry": {"article_id": name}, "part": {"article_id": name},
            "trace": {"article_id": name, "digest": f"{number:016x}"},
            "observation": {"article_id": name, "site": site},
            "address": {
                "id": address, "url": url, "host": f"www.{site}.example", "site": site,
                "state": AddressState.PENDING if number % max(1, size // WAITING) == 1 else AddressState.DONE,
                "rank": -int(day.timestamp()), "headline_key": title.lower(),
            },
            "twin": {"address_id": address, "group_key": hash_to_int(url)},
            "validator": {"address_id": address, "url": url, "etag": f'"{number:x}"'},
        }  # fmt: skip
        for table, rows in pattern.items():
            if table == "observation" and number >= OBSERVED * SITES:
                continue
            for row in rows:
                if table in own:
                    found[table].append(row | own[table])
        found[SKETCH] += [{"key": key} for key in make_index_keys(name, values)]
    return found


def _read_pattern(maker: TextMaker) -> Rows:
    """Return the rows of one article by table, as the real store writes them; those of its run, and of its address."""
    with TemporaryDirectory(prefix="broadsheet-pattern-") as folder:
        engine = open_database(make_database_url(Path(folder), None))
        with engine.begin() as connection:
            run = runs.begin(connection, spider="articles", now=NIGHT)
            store_newcomer(connection, maker.make_article(0), run, NIGHT)
        engine.dispose()
        with closing(sqlite3.connect(Path(folder) / "broadsheet.db")) as store:
            store.row_factory = sqlite3.Row
            tables = (
                "run",
                "article",
                "entry",
                "part",
                "trace",
                "observation",
                "address",
                "twin",
                "validator",
            )
            found = {table: [dict(row) for row in store.execute(f"SELECT * FROM {table}")] for table in tables}
            return found | {SKETCH: []}


def store_newcomer(connection: Connection, article: Article, run: int, fetched_at: datetime) -> None:
    """Offer an article's address and store it as the store pipeline does."""
    site = find_site(article)
    offer(connection, site, [Offer(article.url, AddressKind.ARTICLE, source="feed")], run=run, now=fetched_at)
    place = ArchiveLocation(f"{fetched_at:%Y%m%d}.warc.gz", 123_456)
    saving.save_article(connection, article, site=site, run=run, fetched_at=fetched_at, location=place)
    store_page_observation(connection, site, article, fetched_at)
    deduplicate(connection, saving.make_article_id(article.url), article.sketch)
    (address,) = connection.scalars(select(Address.id).where(Address.url == article.url))
    settle_newcomer(connection, address, article, fetched_at)


def settle_newcomer(connection: Connection, address: int, article: Article, fetched_at: datetime) -> None:
    save_validators(connection, address, Validators(article.url, '"etag"', None, "0" * 32))
    settling.settle(connection, address, AddressState.DONE, status=200, now=fetched_at)


def find_site(article: Article) -> str:
    return article.url.split(".")[1]


def _fill_sqlite(path: str, chunks: Iterable[Rows]) -> None:
    """Insert the rows without journal, indexes and triggers, which are made at the end."""
    with closing(sqlite3.connect(path, isolation_level=None)) as store:
        store.create_function("search_words", 1, fold_words, deterministic=True)
        store.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -300000")
        kinds = "type = 'trigger' OR (type = 'index' AND sql IS NOT NULL)"
        later = store.execute(f"SELECT type, name, sql FROM sqlite_master WHERE {kinds} ORDER BY type").fetchall()
        for kind, name, _ in later:
            store.execute(f"DROP {kind} {name}")
        store.execute("CREATE TABLE unsorted AS SELECT * FROM sketch_key")  # the index is filled in its order
        store.execute("BEGIN")
        for rows in chunks:
            for table, some in rows.items():
                _insert(store, "unsorted" if table == SKETCH else table, some)
        # In two halves, the second of which splits the pages of the first. In an index that was filled in its order no
        # page has room, and each key of a newcomer would split one; in that of a store that grew, hardly any does.
        for half in (0, 1):
            store.execute(
                "INSERT OR IGNORE INTO sketch_key SELECT key FROM unsorted WHERE rowid % 2 = ? ORDER BY 1", (half,)
            )
        store.execute("DROP TABLE unsorted")
        store.execute("COMMIT")
        for _, _, sql in later:
            store.execute(sql)
        store.executescript("PRAGMA journal_mode = WAL")


def _insert(store: sqlite3.Connection, table: str, rows: Sequence[Row]) -> None:
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        line = f"INSERT OR IGNORE INTO {table} ({', '.join(rows[0])}) VALUES ({marks})"
        store.executemany(line, map(tuple, map(dict.values, rows)))


def _fill_server(engine: Engine, chunks: Iterable[Rows]) -> None:
    with closing(engine.raw_connection()) as connection:
        cursor: Any = connection.cursor()
        cursor.execute("SET session_replication_role = replica; SET timezone = 'UTC'")  # no triggers, no foreign keys
        for rows in chunks:
            for table, some in rows.items():
                if some:
                    with cursor.copy(f"COPY {table} ({', '.join(some[0])}) FROM STDIN") as copy:
                        for row in some:
                            copy.write_row(tuple(row.values()))
            connection.commit()
        cursor.execute("SELECT setval(pg_get_serial_sequence('address', 'id'), (SELECT max(id) FROM address))")
        cursor.execute("SELECT setval(pg_get_serial_sequence('run', 'id'), (SELECT max(id) FROM run))")
        connection.commit()
        connection.rollback()
        cursor.execute("SET session_replication_role = DEFAULT")
        connection.commit()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as autocommit:
        autocommit.execute(text("ANALYZE"))


def _format_time(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
