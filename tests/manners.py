"""Helpers of the tests of how a crawl treats its hosts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crawling import locate_database
from servers.paper import Answer, Paper
from sqlalchemy import Row, select

from crawler.run.counts import Counts
from storage.database.engine import open_database, open_for_reading
from storage.models import Base, Run


def link_bare_lists(paper: Paper) -> None:
    """Let the front page name a feed and a sitemap that list the front page alone, so that nothing else is guessed."""
    front = paper.routes["/"]
    assert isinstance(front, Answer)
    assert isinstance(front.body, str)
    links = '<link rel="alternate" type="application/rss+xml" href="/feed"><link rel="sitemap" href="/map.xml">'
    front.body = front.body.replace("</head>", f"{links}</head>")
    paper.feed("/feed", ("/", "Wed, 01 Oct 2025 08:00:00 GMT"))
    sitemap = f"<urlset><url><loc>{paper.url}/</loc></url></urlset>"
    paper.routes["/map.xml"] = Answer(sitemap, headers={"Content-Type": "application/xml"})


def load_rows(data: Path, table: type[Base]) -> list[Row[Any]]:
    """Return all rows of a table of the store."""
    engine = open_database(locate_database(data), create=False)
    with open_for_reading(engine) as connection:
        found = list(connection.execute(select(table.__table__)))
    engine.dispose()
    return found


def load_counts(data: Path) -> Counts:
    """Return the counts of the last run, by site."""
    found: Counts = max(load_rows(data, Run), key=lambda run: run.id).counts
    return found
