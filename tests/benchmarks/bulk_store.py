"""Make a store of any number of recombined articles in bulk: what a crawl would leave, in a fraction of its time.

One article goes through the real store; its rows are the pattern for the others'. Rows are inserted by key in ascending
order, the other indexes are built at the end. Copies and originals are judged pair by pair; every instalment of a
template counts as a story of its own. The store stays in its folder, which `DATA_DIR` may name, and is only made again
if its contents would change.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from judging import NIGHT, make_article, store_article
from recombined import ArticleGenerator, RecombinedArticle

from cleaning.duplicates.article_sketch import ComparedArticle, build_article_sketch, build_story_key, pack_sketch
from cleaning.duplicates.judge import DuplicateMatch, DuplicateVerdict, RankedArticle, judge_duplicate, match_articles
from storage.articles.saving import make_article_id
from storage.articles.story_index import make_index_keys
from storage.database.engine import make_database_url, open_database
from storage.models.packed_blocks import pack_blocks, unpack_blocks
from storage.runs import begin

if TYPE_CHECKING:
    from datetime import datetime

    from originals import SourceArticle

PROCESSES = 2
CHUNK = 2_000  # articles in one task of a process
RECIPE = "recipe.json"
Row = dict[str, Any]
Rows = dict[str, list[Row]]  # of each table


def make_store(folder: Path, generator: ArticleGenerator, size: int) -> Path:
    """Return the data folder of a store of so many articles below this one; make it if it is missing."""
    home = folder / str(size)
    prototype = _read_prototype(generator)
    recipe = {
        "articles": size,
        "seed": generator.seed,
        "rows": prototype,
        "probe": [_make_article_rows(number, prototype, generator, 100) for number in (0, 85, 95)],
    }
    digest = sha256(json.dumps(recipe, default=repr, sort_keys=True).encode()).hexdigest()
    if home.is_dir() and (home / RECIPE).is_file() and (home / RECIPE).read_text() == digest:
        return home
    started_at = time.perf_counter()
    unfinished = folder / f"{size}.part"
    for old in (home, unfinished):
        shutil.rmtree(old, ignore_errors=True)
    unfinished.mkdir(parents=True)
    open_database(make_database_url(unfinished, None)).dispose()
    _fill_store(unfinished, generator, size, prototype)
    (unfinished / RECIPE).write_text(digest)
    unfinished.rename(home)
    megabytes = (home / "broadsheet.db").stat().st_size / 2**20
    print(f"made a store of {size:,} articles, {megabytes:,.0f} MB, in {time.perf_counter() - started_at:,.0f} s")
    return home


def _fill_store(home: Path, generator: ArticleGenerator, size: int, prototype: Rows) -> None:
    os.environ["SQLITE_TMPDIR"] = str(home)  # sorting needs space on the disk
    with closing(sqlite3.connect(home / "broadsheet.db", isolation_level=None)) as store:
        store.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA threads = 2")
        store.execute("PRAGMA cache_size = -500000")
        indexes = store.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        ).fetchall()
        for name, _ in indexes:
            store.execute(f"DROP INDEX {name}")
        # The triggers would index each article for the search: that waits, as in a store of an older version.
        triggers = store.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            store.execute(f"DROP TRIGGER {name}")
        store.execute("ATTACH ? AS unsorted", (str(home / "unsorted.db"),))
        store.executescript("PRAGMA unsorted.journal_mode = OFF; CREATE TABLE unsorted.value (key)")
        store.execute("BEGIN")
        for row in prototype["run"]:
            _insert_rows(store, "run", [row])
        for done, rows in enumerate(_make_rows(generator, size, prototype), start=1):
            for table in ("article", "duplicate_match"):
                _insert_rows(store, table, rows[table])
            keys = ((key,) for row in rows["sketch"] for key in row["keys"])
            store.executemany("INSERT INTO unsorted.value VALUES (?)", keys)
            if done % 10 == 0:
                print(f"{done * CHUNK:,} of {size:,} articles", file=sys.stderr, flush=True)
        store.execute("INSERT OR IGNORE INTO sketch_key (key) SELECT key FROM unsorted.value ORDER BY 1")
        store.execute("COMMIT")
        store.execute("DETACH unsorted")
        for _, sql in (*indexes, *triggers):
            store.execute(sql)
        store.execute("INSERT INTO search_backlog (article_id) SELECT id FROM article ORDER BY published_at, id")
    (home / "unsorted.db").unlink()


def _insert_rows(store: sqlite3.Connection, table: str, rows: Sequence[Row]) -> None:
    if rows:
        names = list(rows[0])
        marks = ", ".join("?" * len(names))
        store.executemany(
            f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})",
            ([row[name] for name in names] for row in rows),
        )


def _make_rows(generator: ArticleGenerator, size: int, prototype: Rows) -> Iterator[Rows]:
    """Yield the rows of all articles, in the order of their ids."""
    numbers = sorted(range(size), key=lambda number: make_article_id(generator.url(number)))
    chunks = [numbers[start : start + CHUNK] for start in range(0, size, CHUNK)]
    if len(chunks) == 1:
        yield _make_chunk(chunks[0], prototype, generator, size)
        return
    with ProcessPoolExecutor(PROCESSES, initializer=_begin_process, initargs=(generator, prototype, size)) as processes:
        ahead = 2 * PROCESSES  # more results would fill the memory
        waiting = [processes.submit(_in_process, chunk) for chunk in chunks[:ahead]]
        for chunk in [*chunks[ahead:], *[None] * min(ahead, len(chunks))]:
            yield waiting.pop(0).result()
            if chunk is not None:
                waiting.append(processes.submit(_in_process, chunk))


_given: list[tuple[ArticleGenerator, Rows, int]] = []  # of this process


def _begin_process(generator: ArticleGenerator, prototype: Rows, size: int) -> None:
    _given.append((generator, prototype, size))


def _in_process(numbers: Sequence[int]) -> Rows:
    generator, prototype, size = _given[0]
    return _make_chunk(numbers, prototype, generator, size)


def _make_chunk(numbers: Sequence[int], prototype: Rows, generator: ArticleGenerator, size: int) -> Rows:
    made: Rows = {"article": [], "duplicate_match": [], "sketch": []}
    for number in numbers:
        for table, rows in _make_article_rows(number, prototype, generator, size).items():
            made[table] += rows
    return made


def _make_article_rows(number: int, prototype: Rows, generator: ArticleGenerator, size: int) -> Rows:
    one = generator.article(number)
    source, name = one.source, make_article_id(one.source.url)
    values = build_article_sketch("\n".join(source.text))
    row = prototype["article"][0] | {
        "id": name,
        "url": source.url,
        "canonical_url": source.url,
        "site": source.site,
        "site_name": source.site_name,
        "title": source.title,
        "headline_key": source.key,
        "story_key": build_story_key(source.title, source.site_name),
        "authors": json.dumps([" ".join(source.title.split()[:2])]),
        "description": source.text[0][:200],
        "published_at": source.published_at and _format_time(source.published_at),
        "published_offset": 0 if source.published_at else None,
        "language": source.language,
        "text": "\n".join(source.text),
        "words": len(re.findall(r"\w+", "\n".join(source.text))),
        "sketch": pack_sketch(values),
    }
    made: Rows = {"duplicate_match": [], "sketch": [{"keys": make_index_keys(name, values)}]}
    copy = generator.copy_of(number)
    other = one if copy is None else generator.article(copy)
    if other.copy_of is not None and (copy is None or copy < size):
        match, verdict = _judge_copy(generator, other, name)
        row |= verdict
        made["duplicate_match"] = match if copy is None else []
    block = unpack_blocks(prototype["article"][0]["blocks"], prototype["article"][0]["text"])[0]
    blocks = pack_blocks((replace(block, text=line) for line in source.text), row["text"])
    made["article"] = [row | {"blocks": blocks}]
    return made


def _judge_copy(generator: ArticleGenerator, copy: RecombinedArticle, name: str) -> tuple[list[Row], Row]:
    """Return the match of a copy with its original, and the verdict on the one of them with this id, as columns."""
    both = sorted(
        (copy.source, generator.article(copy.copy_of or 0).source), key=lambda source: make_article_id(source.url)
    )
    match = match_articles(*map(_make_compared, both))
    if match is None:
        return [], {}
    ids = (make_article_id(both[0].url), make_article_id(both[1].url))
    first, second = sorted(map(_make_ranked, both), key=lambda article: article.precedence)
    verdict = judge_duplicate(second, {first: (match, None)}) if second.id == name else None
    return [_make_match_row(ids, match)], {} if verdict is None else _make_verdict_columns(verdict)


def _make_match_row(ids: tuple[str, str], match: DuplicateMatch) -> Row:
    return {
        "one": ids[0], "other": ids[1], "rule": str(match.rule), "likeness": match.likeness, "share": match.share
    }  # fmt: skip


def _make_verdict_columns(verdict: DuplicateVerdict) -> Row:
    return {
        "duplicate_of": verdict.duplicate_of,
        "duplicate_rule": str(verdict.rule),
        "duplicate_kind": str(verdict.kind),
        "duplicate_likeness": verdict.likeness,
        "duplicate_share": verdict.share,
        "duplicate_via": verdict.via,
    }


def _make_compared(source: SourceArticle) -> ComparedArticle:
    key, text = build_story_key(source.title, source.site_name), "\n".join(source.text)
    return ComparedArticle(
        make_article_id(source.url), source.url, source.url, source.site, key, source.published_at, NIGHT, text
    )


def _make_ranked(source: SourceArticle) -> RankedArticle:
    length = len("\n".join(source.text))
    return RankedArticle(make_article_id(source.url), source.url, source.url, source.site, source.published_at, length)


def _format_time(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")


def _read_prototype(generator: ArticleGenerator) -> Rows:
    """Return the rows of one article and of its run, as the real store writes them."""
    source = generator.article(0).source
    with tempfile.TemporaryDirectory(prefix="broadsheet-prototype-") as folder:
        engine = open_database(make_database_url(Path(folder), None))
        with engine.begin() as connection:
            run = begin(connection, spider="articles", now=NIGHT)
            store_article(connection, make_article(source), site=source.site, run=run, fetched_at=NIGHT)
        engine.dispose()
        with closing(sqlite3.connect(Path(folder) / "broadsheet.db")) as store:
            store.row_factory = sqlite3.Row
            return {
                table: [dict(row) for row in store.execute(f"SELECT * FROM {table}")] for table in ("run", "article")
            }
