"""Two newspapers that have been crawled and are offline now: their data folder, and helpers to query it."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from crawling import ON_POSTGRESQL, locate_database, run_scrapy
from servers.paper import Paper, prose

from cleaning.records.block import Block
from storage.database.engine import open_database
from storage.database.words import fold_words
from storage.models.packed_blocks import pack_blocks, unpack_blocks

# Nine of twelve articles of the first newspaper have this line. Only the site memory can know that it is boilerplate.
BOILERPLATE = "The Paper was founded by a printer and two teachers, and it has belonged to all its readers since 1911."
Tables = dict[str, list[tuple[Any, ...]]]

STORIES = 12
REPEATED_ON = 9


def crawl_two_papers(folder: Path) -> None:
    """Crawl both newspapers into the data folder. Afterwards their servers are stopped."""
    sites = folder / "sites.toml"
    with Paper() as one, Paper() as two:
        for paper, repeated in ((one, BOILERPLATE), (two, "")):
            paths = [f"/2025/10/{number + 1:02}/story-{number}" for number in range(STORIES)]
            for number, path in enumerate(paths):
                text = prose(paper.name + path)
                if repeated and number < REPEATED_ON:
                    text.insert(3, repeated)
                paper.article(path, f"Headline number {number} of many words", text=text)
            paper.front(*paths)
        folder.mkdir(exist_ok=True)
        sites.write_text(
            "".join(
                f'[[site]]\nname = "{name}"\nurl = "{paper.url}/"\n' for name, paper in (("one", one), ("two", two))
            )
        )
        done = run_scrapy("crawl", "articles", "-s", f"SITES_FILE={sites}", data=folder)
        assert done.returncode == 0, done.stderr


def read_tables(data: Path, *but: str) -> Tables:
    """Return all rows of all tables of the store but those named and the search index, sorted.

    The blocks of articles are rows of `block`.
    """
    with sqlite3.connect(data / "broadsheet.db") as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")]
        columns = [row[0] for row in connection.execute("SELECT name FROM pragma_table_info('article')")]
        wanted = {"article": ", ".join(column for column in columns if column != "blocks")}
        found = {
            name: sorted(connection.execute(f"SELECT {wanted.get(name, '*')} FROM {name}").fetchall(), key=repr)
            for name in names
            if name not in but and not name.startswith("search_")
        }
    connection.close()
    return found


def query(data: Path, question: str, *values: object) -> list[tuple[Any, ...]]:
    """Execute an SQL statement on the store and return its rows. Changes are committed."""
    if ON_POSTGRESQL:
        return _query_server(data, question, values)
    with sqlite3.connect(data / "broadsheet.db") as connection:
        connection.create_function("search_words", 1, fold_words)  # the triggers of articles call it
        found = connection.execute(question, values).fetchall()
    connection.close()
    return found


def _query_server(data: Path, question: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
    engine = open_database(locate_database(data), create=False)
    with engine.begin() as connection:
        done = connection.exec_driver_sql(question.replace("?", "%s"), values or None)
        found = [tuple(row) for row in done] if done.returns_rows else []
    engine.dispose()
    return found


def make_outdated(data: Path) -> None:
    """Change the store as if an older cleaner had made it: one more word in each text, other authors and rules."""
    query(data, "UPDATE article SET cleaner_version = '1', authors = '[\"Nobody\"]', text = text || ' leftover'")
    change_blocks(data, lambda block: replace(block, rule=block.rule and "of_old"))


def change_blocks(data: Path, change: Callable[[Block], Block]) -> None:
    """Replace each stored block by the one that the function returns for it."""
    for name, value, text in query(data, "SELECT id, blocks, text FROM article WHERE blocks IS NOT NULL"):
        blocks = map(change, unpack_blocks(value, text))
        query(data, "UPDATE article SET blocks = ? WHERE id = ?", pack_blocks(blocks, text), name)


def run_reclean(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `scrapy reclean ARGUMENTS` to its end."""
    return run_scrapy("reclean", "--jobs", "1", *arguments, data=data)
