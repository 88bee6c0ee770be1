"""Helpers of the tests of how a crawl treats its hosts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from servers.paper import Answer, Paper
from sqlalchemy import Row, select

from crawler.run.counts import Counts
from storage.database.engine import make_database_url, open_database, open_for_reading
from storage.models import Base, Run


def link_empty_lists(paper: Paper) -> None:
    """Let the front page name an empty feed and an empty sitemap, so that no other addresses are guessed."""
    front = paper.routes["/"]
    assert isinstance(front, Answer)
    assert isinstance(front.body, str)
    links = '<link rel="alternate" type="application/rss+xml" href="/feed"><link rel="sitemap" href="/map.xml">'
    front.body = front.body.replace("</head>", f"{links}</head>")
    paper.feed("/feed")
    paper.routes["/map.xml"] = Answer("<urlset/>", headers={"Content-Type": "application/xml"})


def load_rows(data: Path, table: type[Base]) -> list[Row[Any]]:
    """Return all rows of a table of the store."""
    engine = open_database(make_database_url(data, None), create=False)
    with open_for_reading(engine) as connection:
        found = list(connection.execute(select(table.__table__)))
    engine.dispose()
    return found


def load_counts(data: Path) -> Counts:
    """Return the counts of the last run, by site."""
    found: Counts = max(load_rows(data, Run), key=lambda run: run.id).counts
    return found
