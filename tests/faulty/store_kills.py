"""Stores pages one after another, each in a process that is killed before the Nth thing that its database does.

python store_kills.py DATABASE_URL     prints how many articles and done addresses there are after each kill
"""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime

from scrapy.settings import Settings
from sitecustomize import kill_at
from sqlalchemy import Connection, func, make_url, select

from cleaning.article import Article, Block, Page
from crawler.items import FetchedPage
from crawler.pipelines.store import StorePipeline
from storage import frontier, offering, runs
from storage.addresses import AddressKind, AddressState, Lease, Offer
from storage.database import open_database
from storage.models import Address, StoredArticle, StoredBlock
from storage.writer import Writer

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Session:
    """What the store pipeline needs of a crawl's session."""

    def __init__(self, run: int) -> None:
        self.run = run


def leased(connection: Connection, url: str) -> tuple[int, Lease]:
    run = runs.begin(connection, spider="articles", now=NOON)
    frontier.release(connection)
    offering.offer(connection, "courier", [Offer(url, AddressKind.ARTICLE)], run=run, now=NOON)
    leases = frontier.lease(connection, "courier", most=100, articles=None, since=None, run=run, now=NOON)
    return run, next(lease for lease in leases if lease.url == url)


def store(url: str, number: int) -> None:
    engine = open_database(make_url(url))
    page = Page(f"https://courier.example/{number}", "", fetched_at=NOON)
    article = Article(page.url, "A headline", (Block(f"The text of page {number}."), Block("Another one.")))
    with engine.begin() as connection:
        run, lease = leased(connection, page.url)
    kill_at(number)
    pipeline = StorePipeline(Session(run), Settings())  # type: ignore[arg-type]
    item = FetchedPage(page, "courier", lease, None, article)

    async def write() -> None:
        writer = Writer(engine)
        await writer.do(lambda connection: pipeline._store(connection, item, article, None))
        await writer.close()

    asyncio.run(write())


def counted(url: str) -> tuple[int, int, int]:
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
        sys.stdout.write(f"{status} {' '.join(map(str, counted(sys.argv[1])))}\n")
        if status >= 0:
            break
