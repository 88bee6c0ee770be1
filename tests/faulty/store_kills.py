"""Stores pages one after another, each in a process that is killed before its Nth database event.

python store_kills.py DATABASE_URL     print the numbers of articles, blocks and done addresses after each kill
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.settings import Settings
from sitecustomize import kill_at
from sqlalchemy import Connection, func, make_url, select

from cleaning.records.article import Article
from cleaning.records.block import Block
from cleaning.records.given import Page
from crawler.items import FetchedPage
from crawler.pipelines.store import StorePipeline
from crawler.storing.readings import KeptReadings
from crawler.walls.watch import Examined
from storage import runs
from storage.database.engine import open_database
from storage.database.writer import Writer
from storage.frontier import leasing, offering, settling
from storage.frontier.addresses import AddressKind, AddressState, Lease, Offer
from storage.models import Address, StoredArticle, StoredBlock

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Session:
    """The part of a crawl's session that the store pipeline needs."""

    def __init__(self, run: int) -> None:
        self.run = run
        self.readings = KeptReadings(Path(), 0)


def lease_address(connection: Connection, url: str) -> tuple[int, Lease]:
    run = runs.begin(connection, spider="articles", now=NOON)
    settling.return_all_leases(connection)
    offering.offer(connection, "courier", [Offer(url, AddressKind.ARTICLE)], run=run, now=NOON)
    leases = leasing.lease(connection, "courier", limit=100, max_articles=None, since=None, run=run, now=NOON)
    return run, next(lease for lease in leases if lease.url == url)


def store(url: str, number: int) -> None:
    engine = open_database(make_url(url))
    page = Page(f"https://courier.example/{number}", "", fetched_at=NOON)
    article = Article(page.url, "A headline", (Block(f"The text of page {number}."), Block("Another one.")))
    with engine.begin() as connection:
        run, lease = lease_address(connection, page.url)
    kill_at(number)
    pipeline = StorePipeline(Session(run), Crawler(Spider, Settings()), SimpleNamespace())  # type: ignore[arg-type]
    item = FetchedPage(page, "courier", lease, None, article)

    async def write() -> None:
        writer = Writer(engine)
        await writer.run(lambda connection: pipeline._store(connection, item, Examined(article), None))
        await writer.close()

    asyncio.run(write())


def count_rows(url: str) -> tuple[int, int, int]:
    engine = open_database(make_url(url))
    done = select(func.count()).select_from(Address).where(Address.state == AddressState.DONE)
    with engine.connect() as connection:
        found = [
            connection.execute(query).scalar_one()
            for query in (select(func.count(StoredArticle.id)), select(func.count(StoredBlock.position)), done)
        ]
    engine.dispose()
    return found[0], found[1], found[2]


if __name__ == "__main__":
    for number in range(1, 100):
        child = os.fork()
        if child == 0:
            store(sys.argv[1], number)
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        sys.stdout.write(f"{status} {' '.join(map(str, count_rows(sys.argv[1])))}\n")
        if status >= 0:
            break
