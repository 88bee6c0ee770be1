"""A store of any number of recombined articles, made in bulk: what a crawl would leave, in a fraction of its time.

One article goes through the real store; its rows are what the others' are made of. They go in by their keys in
ascending order, the other indexes are built at the end. Copies and their originals stand as they are judged by
themselves; of templates every instalment is taken for a story of its own. The store stays in its folder, where
`DATA_DIR` may name it, and is made anew only where what goes into it has changed.
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
from datetime import UTC
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from judging import NIGHT, article, take_in
from recombined import Recombined, Words

from cleaning.duplicates import Kinship, Member, Standing, same_story, standing
from cleaning.stories import Story, packed, sketch, story_key
from storage.articles import article_id
from storage.database import database_url, open_database
from storage.runs import begin
from storage.stories import number as in_index

if TYPE_CHECKING:
    from datetime import datetime

    from originals import Told

PROCESSES = 2
CHUNK = 2_000  # articles that a process is given at once
RECIPE = "recipe.json"
Row = dict[str, Any]
Rows = dict[str, list[Row]]  # of each table


def store_of(folder: Path, words: Words, size: int) -> Path:
    """The data folder of a store of so many articles, below this one; made where it is not there yet."""
    home = folder / str(size)
    prototype = _prototype(words)
    recipe = {
        "articles": size,
        "seed": words.seed,
        "rows": prototype,
        "probe": [_rows(number, prototype, words, 100) for number in (0, 85, 95)],
    }
    digest = sha256(json.dumps(recipe, default=repr, sort_keys=True).encode()).hexdigest()
    if home.is_dir() and (home / RECIPE).is_file() and (home / RECIPE).read_text() == digest:
        return home
    began = time.perf_counter()
    being_made = folder / f"{size}.part"
    for old in (home, being_made):
        shutil.rmtree(old, ignore_errors=True)
    being_made.mkdir(parents=True)
    open_database(database_url(being_made, None)).dispose()
    _fill(being_made, words, size, prototype)
    (being_made / RECIPE).write_text(digest)
    being_made.rename(home)
    megabytes = (home / "broadsheet.db").stat().st_size / 2**20
    print(f"made a store of {size:,} articles, {megabytes:,.0f} MB, in {time.perf_counter() - began:,.0f} s")
    return home


def _fill(home: Path, words: Words, size: int, prototype: Rows) -> None:
    os.environ["SQLITE_TMPDIR"] = str(home)  # its sorting needs room
    with closing(sqlite3.connect(home / "broadsheet.db", isolation_level=None)) as store:
        store.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA threads = 2")
        store.execute("PRAGMA cache_size = -500000")
        indexes = store.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        ).fetchall()
        for name, _ in indexes:
            store.execute(f"DROP INDEX {name}")
        store.execute("ATTACH ? AS unsorted", (str(home / "unsorted.db"),))
        store.executescript("PRAGMA unsorted.journal_mode = OFF; CREATE TABLE unsorted.value (value, article)")
        store.execute("BEGIN")
        for row in prototype["run"]:
            _insert(store, "run", [row])
        for done, rows in enumerate(_made(words, size, prototype), start=1):
            for table in ("article", "block", "kinship"):
                _insert(store, table, rows[table])
            pairs = ((value, row["article"]) for row in rows["sketch"] for value in row["values"])
            store.executemany("INSERT INTO unsorted.value VALUES (?, ?)", pairs)
            if done % 10 == 0:
                print(f"{done * CHUNK:,} of {size:,} articles", file=sys.stderr, flush=True)
        store.execute("INSERT INTO sketch (value, article) SELECT value, article FROM unsorted.value ORDER BY 1, 2")
        store.execute("COMMIT")
        store.execute("DETACH unsorted")
        for _, sql in indexes:
            store.execute(sql)
    (home / "unsorted.db").unlink()


def _insert(store: sqlite3.Connection, table: str, rows: Sequence[Row]) -> None:
    if rows:
        names = list(rows[0])
        marks = ", ".join("?" * len(names))
        store.executemany(
            f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})",
            ([row[name] for name in names] for row in rows),
        )


def _made(words: Words, size: int, prototype: Rows) -> Iterator[Rows]:
    """The rows of all articles, in the order of their ids."""
    numbers = sorted(range(size), key=lambda number: article_id(words.url(number)))
    chunks = [numbers[start : start + CHUNK] for start in range(0, size, CHUNK)]
    if len(chunks) == 1:
        yield _chunk(chunks[0], prototype, words, size)
        return
    with ProcessPoolExecutor(PROCESSES, initializer=_begin, initargs=(words, prototype, size)) as processes:
        ahead = 2 * PROCESSES  # more would wait in memory
        waiting = [processes.submit(_in_process, chunk) for chunk in chunks[:ahead]]
        for chunk in [*chunks[ahead:], *[None] * min(ahead, len(chunks))]:
            yield waiting.pop(0).result()
            if chunk is not None:
                waiting.append(processes.submit(_in_process, chunk))


_given: list[tuple[Words, Rows, int]] = []  # of this process


def _begin(words: Words, prototype: Rows, size: int) -> None:
    _given.append((words, prototype, size))


def _in_process(numbers: Sequence[int]) -> Rows:
    words, prototype, size = _given[0]
    return _chunk(numbers, prototype, words, size)


def _chunk(numbers: Sequence[int], prototype: Rows, words: Words, size: int) -> Rows:
    made: Rows = {"article": [], "block": [], "kinship": [], "sketch": []}
    for number in numbers:
        for table, rows in _rows(number, prototype, words, size).items():
            made[table] += rows
    return made


def _rows(number: int, prototype: Rows, words: Words, size: int) -> Rows:
    one = words.article(number)
    told, name = one.told, article_id(one.told.url)
    values = sketch("\n".join(told.text))
    row = prototype["article"][0] | {
        "id": name,
        "url": told.url,
        "canonical_url": told.url,
        "site": told.site,
        "site_name": told.site_name,
        "title": told.title,
        "headline_key": told.key,
        "story_key": story_key(told.title, told.site_name),
        "authors": json.dumps([" ".join(told.title.split()[:2])]),
        "description": told.text[0][:200],
        "published_at": told.published_at and _stored(told.published_at),
        "published_offset": 0 if told.published_at else None,
        "language": told.language,
        "text": "\n".join(told.text),
        "words": len(re.findall(r"\w+", "\n".join(told.text))),
        "sketch": packed(values),
    }
    made: Rows = {"kinship": [], "sketch": [{"article": in_index(name), "values": values}]}
    copy = words.copy_of(number)
    other = one if copy is None else words.article(copy)
    if other.copy_of is not None and (copy is None or copy < size):
        kinship, stands = _judged(words, other, name)
        row |= stands
        made["kinship"] = kinship if copy is None else []
    block = prototype["block"][0]
    made["article"] = [row]
    made["block"] = [
        block | {"article_id": name, "position": position, "text": line} for position, line in enumerate(told.text)
    ]
    return made


def _judged(words: Words, copy: Recombined, name: str) -> tuple[list[Row], Row]:
    """The kinship of a copy with its original, and how the one of them with this id stands."""
    both = sorted((copy.told, words.article(copy.copy_of or 0).told), key=lambda told: article_id(told.url))
    kinship = same_story(*map(_story, both))
    if kinship is None:
        return [], {}
    ids = (article_id(both[0].url), article_id(both[1].url))
    first, second = sorted(map(_member, both), key=lambda member: member.precedence)
    stands = standing(second, {first: (kinship, None)}) if second.id == name else None
    return [_kinship(ids, kinship)], {} if stands is None else _standing(stands)


def _kinship(ids: tuple[str, str], kinship: Kinship) -> Row:
    return {
        "one": ids[0], "other": ids[1], "rule": str(kinship.rule), "likeness": kinship.likeness, "share": kinship.share
    }  # fmt: skip


def _standing(stands: Standing) -> Row:
    return {
        "duplicate_of": stands.of,
        "duplicate_rule": str(stands.rule),
        "duplicate_kind": str(stands.kind),
        "duplicate_likeness": stands.likeness,
        "duplicate_share": stands.share,
        "duplicate_via": stands.via,
    }


def _story(told: Told) -> Story:
    key, text = story_key(told.title, told.site_name), "\n".join(told.text)
    return Story(article_id(told.url), told.url, told.url, told.site, key, told.published_at, NIGHT, text)


def _member(told: Told) -> Member:
    length = len("\n".join(told.text))
    return Member(article_id(told.url), told.url, told.url, told.site, told.published_at, length)


def _stored(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")


def _prototype(words: Words) -> Rows:
    """The rows of one article, and of the run that fetched it, as the real store has them."""
    told = words.article(0).told
    with tempfile.TemporaryDirectory(prefix="broadsheet-prototype-") as folder:
        engine = open_database(database_url(Path(folder), None))
        with engine.begin() as connection:
            run = begin(connection, spider="articles", now=NIGHT)
            take_in(connection, article(told), site=told.site, run=run, fetched_at=NIGHT)
        engine.dispose()
        with closing(sqlite3.connect(Path(folder) / "broadsheet.db")) as store:
            store.row_factory = sqlite3.Row
            return {
                table: [dict(row) for row in store.execute(f"SELECT * FROM {table}")]
                for table in ("run", "article", "block")
            }
