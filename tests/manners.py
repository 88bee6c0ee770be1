"""What the tests of a crawl's manners share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from servers.paper import Answer, Paper
from sqlalchemy import Row, select

from crawler.tally import Counts
from storage.database import database_url, open_database, reading
from storage.models import Base, Run


def listed(paper: Paper) -> None:
    """Has the front page name a feed and a sitemap, both empty: no other addresses are guessed."""
    front = paper.routes["/"]
    assert isinstance(front, Answer)
    assert isinstance(front.body, str)
    links = '<link rel="alternate" type="application/rss+xml" href="/feed"><link rel="sitemap" href="/map.xml">'
    front.body = front.body.replace("</head>", f"{links}</head>")
    paper.feed("/feed")
    paper.routes["/map.xml"] = Answer("<urlset/>", headers={"Content-Type": "application/xml"})


def rows(data: Path, table: type[Base]) -> list[Row[Any]]:
    """All rows of a table of the store."""
    engine = open_database(database_url(data, None), create=False)
    with reading(engine) as connection:
        found = list(connection.execute(select(table.__table__)))
    engine.dispose()
    return found


def counts(data: Path) -> Counts:
    """What the last run counted, by site."""
    found: Counts = max(rows(data, Run), key=lambda run: run.id).counts
    return found
