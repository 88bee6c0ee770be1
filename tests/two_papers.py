"""Two newspapers that were crawled once and are gone: the data folder of that crawl, with what their pages repeat."""

from __future__ import annotations

import sqlite3
import subprocess
from pathlib import Path
from typing import Any

from crawling import run_scrapy
from servers.paper import Paper, prose

# It stands on nine of twelve articles of the first paper; nothing but the memory knows that it is chaff.
CHAFF = "The Paper was founded by a printer and two teachers, and it has belonged to all its readers since 1911."
Tables = dict[str, list[tuple[Any, ...]]]

STORIES = 12
TOLD = 9


def crawl_two_papers(folder: Path) -> None:
    """Crawls both into the data folder; afterwards nobody answers at their addresses."""
    sites = folder / "sites.toml"
    with Paper() as one, Paper() as two:
        for paper, chaff in ((one, CHAFF), (two, "")):
            paths = [f"/2025/10/{number + 1:02}/story-{number}" for number in range(STORIES)]
            for number, path in enumerate(paths):
                text = prose(paper.name + path)
                if chaff and number < TOLD:
                    text.insert(3, chaff)
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


def tables(data: Path, *but: str) -> Tables:
    """All rows of all tables of the store, in order."""
    with sqlite3.connect(data / "broadsheet.db") as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found = {
            name: sorted(connection.execute(f"SELECT * FROM {name}").fetchall(), key=repr)
            for name in names
            if name not in but
        }
    connection.close()
    return found


def rows(data: Path, question: str, *values: object) -> list[tuple[Any, ...]]:
    """The answer of the store; a change is kept."""
    with sqlite3.connect(data / "broadsheet.db") as connection:
        found = connection.execute(question, values).fetchall()
    connection.close()
    return found


def age(data: Path) -> None:
    """Leaves the store as another cleaner did: with one word more in each text, other authors, cut by other rules."""
    rows(data, "UPDATE article SET cleaner_version = '1', authors = '[\"Nobody\"]', text = text || ' leftover'")
    rows(data, "UPDATE block SET rule = 'of_old' WHERE rule IS NOT NULL")


def reclean(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs `scrapy reclean ARGUMENTS` to its end."""
    return run_scrapy("reclean", "--jobs", "1", *arguments, data=data)
