"""Keeps the further parts of an article from becoming articles of their own. The caller holds the transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select, update

from cleaning.parts.page_numbers import find_part_number
from cleaning.records.article import Article
from crawler.storing.deduplicate import StatusChange, deduplicate
from storage.archive.part_locations import ArchivedPart, is_known_part, save_parts
from storage.articles.saving import make_article_id
from storage.articles.story_lock import lock_stories
from storage.frontier import offering, settling
from storage.frontier.addresses import AddressKind, AddressState, Lease, Offer
from storage.frontier.rechecks import NO_RECHECK, Outlook
from storage.models import StoredArticle
from storage.site_memory.observations import delete_memory_dependency

PART = "part"  # the reason of rejection of such a page
_NO_ARTICLE = Outlook(recheck=NO_RECHECK)


def reject_known_part(connection: Connection, article: Article) -> Article:
    """Return the article, rejected if another article has it as a further part: not every part shows a pager."""
    if article.rejected is not None:
        return article
    return reject_as_part(article) if is_known_part(connection, article.url) else article


def reject_as_part(article: Article) -> Article:
    """Return an article that another one has as a further part; what is rejected for another reason stays so."""
    return replace(article, rejected=PART) if article.rejected is None else article


def offer_first_page(connection: Connection, article: Article, lease: Lease, run: int, now: datetime) -> None:
    """Offer the first page of the article that a page belongs to: a source may list a later part alone."""
    first = article.pager.first if article.pager is not None else None
    if article.rejected == PART and first is not None:
        offer = Offer(first, AddressKind.ARTICLE, depth=lease.depth, source=lease.source)
        offering.offer(connection, lease.site, [offer], run=run, now=now)


def restore_parts(connection: Connection, parts: Mapping[str, Sequence[ArchivedPart]]) -> None:
    """Store which parts an archive has for articles that were stored from it, by the addresses of their first pages.

    Each such article is due to be cleaned again: its memory dependency is deleted.
    """
    for first, found in parts.items():
        name = make_article_id(first)
        if connection.execute(select(StoredArticle.id).where(StoredArticle.id == name)).first() is not None:
            latest = {part.url: part for part in found}.values()
            save_parts(connection, name, sorted(latest, key=lambda part: find_part_number(part.url, first)))
            delete_memory_dependency(connection, name)


def settle_parts(
    connection: Connection, site: str, parts: tuple[ArchivedPart, ...], *, run: int, fetched_at: datetime
) -> tuple[Counter[str], list[StatusChange]]:
    """Settle the addresses of an article's parts, and reject those that were stored as articles before it.

    Return what to add to the counts of this run, and the articles that became a duplicate or ceased to be one by that.
    """
    counts: Counter[str] = Counter()
    changes: list[StatusChange] = []
    for part in parts:
        counts[f"address/done/{PART}"] += offering.is_waiting(connection, part.url)
        address = offering.record_fetched(connection, site, part.url, status=200, run=run, fetched_at=fetched_at)
        settling.settle(
            connection, address, AddressState.DONE, status=200, reason=PART, outlook=_NO_ARTICLE, now=fetched_at
        )
        name, row = make_article_id(part.url), StoredArticle
        question = select(row.run_id, row.duplicate_of).where(row.id == name, row.rejected.is_(None))
        stored = connection.execute(question).one_or_none()
        if stored is None:
            continue
        lock_stories(connection)
        connection.execute(update(StoredArticle).where(StoredArticle.id == name).values(rejected=PART))
        changes += deduplicate(connection, name).status_changes
        if stored.run_id == run:
            counts["article/stored" if stored.duplicate_of is None else "article/duplicate"] -= 1
            counts[f"article/rejected/{PART}"] += 1
    return counts, changes
