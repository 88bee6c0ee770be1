"""Decides whether a redirect leads to the page of a known address, and passes on to it what is known of the origin."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import aliased

from storage.articles.saving import make_article_id
from storage.frontier.addresses import AddressKind, AddressState, Headline, Lease, Offer
from storage.frontier.offering import offer
from storage.frontier.same_pages.twin_forms import find_differences
from storage.frontier.same_pages.twins import TwinMerger, record_target
from storage.models import Address, StoredArticle, Twin

_MAX_ORIGINS = 3  # addresses unlike their target that may lead to it; where more do, it may be a wall


def pass_on_offer(connection: Connection, lease: Lease, target: str, *, run: int, now: datetime) -> bool:
    """Return whether `target`, to which the leased address redirects, or a twin of it is known as an article.

    If so, record that, and offer the target with the date and the headline of the leased address.
    """
    target = TwinMerger(connection, lease.site, now).find_known(target) or target
    known = connection.execute(
        select(Address.id, Address.state, Address.due_at).where(
            Address.url == target, Address.kind == AddressKind.ARTICLE, Address.site == lease.site
        )
    ).one_or_none()
    if known is None or known.id == lease.id or not _is_page(connection, known.state, known.due_at, target, now):
        return False
    if find_differences(lease.url, target) is None and _count_origins(connection, known.id, lease.id) >= _MAX_ORIGINS:
        return False
    record_target(connection, lease.site, lease.id, lease.url, known.id)
    origin = connection.execute(
        select(Address.changed_at, Address.headline_key, Address.headline_source).where(Address.id == lease.id)
    ).one()
    headline = Headline(origin.headline_key, origin.headline_source or "") if origin.headline_key else None
    passed_on = Offer(target, AddressKind.ARTICLE, origin.changed_at, lease.depth, lease.source, headline)
    offer(connection, lease.site, [passed_on], run=run, now=now)
    return True


def _is_page(connection: Connection, state: str, due_at: datetime, url: str, now: datetime) -> bool:
    """Return whether the page of an address is stored as an article, or will be fetched by its own lease."""
    if state == AddressState.DONE:
        stored = select(StoredArticle.id).where(
            StoredArticle.id == make_article_id(url), StoredArticle.rejected.is_(None)
        )
        return connection.execute(stored).first() is not None
    return state == AddressState.LEASED or (state == AddressState.PENDING and due_at <= now)


def _count_origins(connection: Connection, target: int, origin: int) -> int:
    """Return how many other addresses lead to the target."""
    other = aliased(Address)
    return connection.execute(
        select(func.count())
        .select_from(Twin)
        .join(other, other.id == Twin.address_id)
        .where(Twin.target_id == target, Twin.address_id != origin)
    ).scalar_one()
