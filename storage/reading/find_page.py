"""Finds the stored page of an address, however the address is written, or of an id."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import Connection, Select, select
from sqlalchemy.orm import aliased

from cleaning.errors import ArticleMissing, BadAddress
from cleaning.page.canonical import to_canonical_url
from storage.articles.saving import make_article_id
from storage.frontier.addresses import AddressKind, AddressState
from storage.frontier.same_pages.twin_evidence import load_rules
from storage.frontier.same_pages.twin_forms import compute_group
from storage.models import Address, StoredArticle, StoredPart, Tombstone, Twin

_ID = re.compile(r"[0-9a-f]{16}")
_NEIGHBOURS = 10  # addresses on each side that are compared with an unknown one
_NEAREST = 2  # addresses that are named for it


class FoundPage(NamedTuple):
    """A stored page: its id, its URL, and the reason if it was rejected."""

    id: str
    url: str
    rejected: str | None


def find_page(connection: Connection, url_or_id: str) -> FoundPage | None:
    """Return the page of an address or id; None if the store holds none. Raise BadAddress for what is neither.

    An address may be written in any way that has the same canonical form. It may be the one that the page declares as
    its own, that of a further part of the article, one that redirects to it, or its twin (docs/discovery.md). Among
    several pages, articles come before rejected ones, then the smallest id wins.
    """
    if _ID.fullmatch(url_or_id):
        return _load_first(connection, _select_pages().where(StoredArticle.id == url_or_id))
    url = to_canonical_url(url_or_id)
    if url is None:
        raise BadAddress(
            f"a page is named by its address, with http:// or https://, or its id of 16 digits, got {url_or_id!r}"
        )
    pages = _select_pages()
    for question in (
        pages.where(StoredArticle.id == make_article_id(url)),
        pages.where(StoredArticle.canonical_url == url),
        pages.where(StoredArticle.id.in_(select(StoredPart.article_id).where(StoredPart.url == url))),
    ):
        if page := _load_first(connection, question):
            return page
    known = [make_article_id(one) for one in _list_known_addresses(connection, url)]
    return _load_first(connection, pages.where(StoredArticle.id.in_(known))) if known else None


def get_page(connection: Connection, url_or_id: str) -> FoundPage:
    """Return the page of an address or id, as `find_page` does. Raise ArticleMissing, with what is known of it."""
    page = find_page(connection, url_or_id)
    if page is None:
        raise ArticleMissing(_explain_missing(connection, url_or_id))
    return page


def _select_pages() -> Select[str, str, str | None]:
    return select(StoredArticle.id, StoredArticle.url, StoredArticle.rejected)


def _load_first(connection: Connection, question: Select[str, str, str | None]) -> FoundPage | None:
    pages = [FoundPage(row.id, row.url, row.rejected) for row in connection.execute(question)]
    return min(pages, key=lambda page: (page.rejected is not None, page.id), default=None)


def _list_known_addresses(connection: Connection, url: str) -> list[str]:
    """Return the addresses under which the page at `url` may be stored: where it redirects to, and its twins."""
    origin, target = aliased(Address), aliased(Address)
    redirected = (
        select(target.url)
        .join(Twin, Twin.target_id == target.id)
        .join(origin, origin.id == Twin.address_id)
        .where(origin.url == url)
    )
    twins = (
        select(Address.url, Address.site)
        .join(Twin, Twin.address_id == Address.id)
        .where(Twin.group_key == compute_group(url, frozenset()), Address.url != url)
    )
    alike = [row.url for row in connection.execute(twins) if load_rules(connection, row.site).are_twins(url, row.url)]
    return [*connection.scalars(redirected), *alike]


def _explain_missing(connection: Connection, url_or_id: str) -> str:
    """Return a message that the store holds no page of an address or id: what is known of it, and the nearest ones."""
    url = to_canonical_url(url_or_id)
    if url is None:
        return f"the store holds no page with the id {url_or_id}"
    missing = f"the store holds no page of the address {url}"
    taken_down = connection.execute(
        select(Tombstone.removed_at, Tombstone.reason).where(Tombstone.article_id == make_article_id(url))
    ).one_or_none()
    if taken_down is not None:
        return f"{missing}: it was taken down on {taken_down.removed_at:%Y-%m-%d} ({taken_down.reason or 'no reason'})"
    row = connection.execute(
        select(Address.kind, Address.state, Address.reason, Address.status).where(Address.url == url)
    ).one_or_none()
    if row is None:
        near = ", ".join(_find_nearest(connection, url))
        return f"{missing}; the nearest are {near}" if near else f"{missing}; no crawl has found it"
    if row.kind != AddressKind.ARTICLE:
        return f"{missing}: it is a {row.kind} of its site, and no article"
    why = row.reason or (f"status {row.status}" if row.status else None)
    return f"{missing}: the crawl knows it, as {row.state}{f' ({why})' if why else ''}"


def _find_nearest(connection: Connection, url: str) -> list[str]:
    """Return the stored addresses that are written most like this one, of those beside it in the order of addresses."""
    host = urlsplit(url)[:2]
    stored = select(Address.url).where(Address.kind == AddressKind.ARTICLE, Address.state == AddressState.DONE)
    before = connection.scalars(stored.where(Address.url < url).order_by(Address.url.desc()).limit(_NEIGHBOURS))
    after = connection.scalars(stored.where(Address.url > url).order_by(Address.url).limit(_NEIGHBOURS))
    beside = [one for one in (*before, *after) if urlsplit(one)[:2] == host]
    return get_close_matches(url, beside, n=_NEAREST, cutoff=0.8)
