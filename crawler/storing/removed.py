"""Keeps articles that were taken down from being stored again. The caller holds the transaction."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from cleaning.records.article import Article
from storage.archive.location import ArchiveLocation
from storage.articles.tombstones import REMOVED, add_tombstones, find_removed_urls, has_removed
from storage.frontier import settling
from storage.frontier.addresses import Lease
from storage.frontier.same_pages.twins import has_removed_twin


def refuse_removed_page(
    connection: Connection,
    article: Article,
    site: str,
    lease: Lease | None,
    location: ArchiveLocation | None,
    *,
    now: datetime,
) -> bool:
    """Return whether a page was taken down: under its own address, one that shows the same page (its twin), the one
    asked for, or the one that it declares.

    If so, its address is refused from now on, and its record in our archive is to be erased by the next
    `scrapy remove`.
    """
    urls = {article.url} if lease is None else {article.url, lease.url}
    declared = set() if article.canonical_url is None else {article.canonical_url}
    if not has_removed(connection, site):
        return False  # the usual case
    if not find_removed_urls(connection, site, urls | declared) and not has_removed_twin(connection, site, article.url):
        return False
    records = [location] if location is not None and "/" not in location.file else []
    add_tombstones(connection, [(url, site, records) for url in sorted(urls)], removed_at=now)
    settling.refuse_removed(connection, sorted(urls), reason=REMOVED, now=now)
    return True
