"""Makes requests conditional where an earlier response is known, unless its validators were found to lie."""

from __future__ import annotations

import asyncio
import hashlib
import logging

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.responsetypes import responsetypes
from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from cleaning.page.canonical import to_canonical_url
from cleaning.version import CLEANER_VERSION
from crawler.middlewares.browser_pages import find_browser_purpose
from crawler.run.session import Session, session_of
from storage.articles.saving import make_article_id
from storage.database.engine import open_for_reading
from storage.frontier.addresses import AddressKind, Lease
from storage.frontier.validators import (
    Validators,
    compare_validators,
    compress_body,
    count_unchanged,
    decompress_body,
    load_validators,
)
from storage.models import StoredArticle

logger = logging.getLogger(__name__)

_CONDITIONS = ("If-None-Match", "If-Modified-Since")
_QUICKLY_HASHED = 1 << 20  # bytes: about a millisecond
_MAX_CHARACTERS = 1_000  # of a validator; a longer one is not sent back


class ValidatorsMiddleware:
    """Sends If-None-Match and If-Modified-Since, and believes the answers 304 only for a while, since validators lie.

    Scrapy's HttpCacheMiddleware is not used: it stores every response, and answers without asking.

    `meta["validators"]` is what the response says of its version; what stores the page or the list stores it, too. The
    answer 304 to the request for a list becomes the response as it was, so that what it lists still counts as listed.
    That to the request for a stored article is marked by `meta["is_unchanged"]`. An article whose body is sent again
    is cleaned again, changed or not: the site memory may have learnt more since, and each fetch counts for its version.
    """

    def __init__(self, session: Session, crawler: Crawler) -> None:
        self._session = session
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ValidatorsMiddleware:
        return cls(session_of(crawler), crawler)

    async def process_request(self, request: Request) -> None:
        lease: Lease | None = request.meta.get("lease")
        if lease is None:
            return
        for name in _CONDITIONS:  # a redirect copies the headers of the address that led here
            request.headers.pop(name, None)
        for key in ("known_validators", "validators", "is_unchanged", "handle_httpstatus_list"):
            request.meta.pop(key, None)
        if find_browser_purpose(request) is not None:
            return  # the page may be another although what was sent is the same
        if not lease.was_fetched or getattr(self._crawler.spider, "is_list_closed", False):
            return  # nothing is known; or who names its articles wants to see each page
        known = await asyncio.to_thread(self._load, lease)
        if known is None or known.url != request.url:
            return
        request.meta["known_validators"] = known
        if known.allows_condition:
            if known.etag:
                request.headers["If-None-Match"] = known.etag
            if known.last_modified:
                request.headers["If-Modified-Since"] = known.last_modified
            request.meta["handle_httpstatus_list"] = [304]

    async def process_response(self, request: Request, response: Response) -> Response:
        lease: Lease | None = request.meta.get("lease")
        if lease is None or find_browser_purpose(request) is not None:
            return response
        known: Validators | None = request.meta.get("known_validators")
        if response.status == 304 and known is not None:
            request.meta["validators"] = count_unchanged(known)
            if lease.kind is AddressKind.ARTICLE:
                request.meta["is_unchanged"] = True
                return response
            self._session.counts.add(lease.site, "discovery/unchanged")
            return await asyncio.to_thread(_restore_response, response, known)
        if response.status == 200:
            # To hash most pages takes less time than to hand them to a thread.
            if lease.kind is AddressKind.ARTICLE and len(response.body) <= _QUICKLY_HASHED:
                made = _make_validators(request, response, lease.kind)
            else:
                made = await asyncio.to_thread(_make_validators, request, response, lease.kind)
            request.meta["validators"] = compare_validators(known, made)
        return response

    def _load(self, lease: Lease) -> Validators | None:
        try:
            with open_for_reading(self._session.engine) as connection:
                return _load_usable_validators(connection, lease)
        except SQLAlchemyError as error:  # the page is fetched all the same; the writer notices a database that is lost
            logger.info("the validators of %s cannot be read: %s", lease.url, error)
            return None


def _load_usable_validators(connection: Connection, lease: Lease) -> Validators | None:
    """Return the validators of an address; None for an article whose page is to be cleaned anew if it is unchanged.

    That is a page that was rejected, and one that an earlier version of the cleaner cleaned.
    """
    known = load_validators(connection, lease.id)
    if known is None:
        return None
    if lease.kind is not AddressKind.ARTICLE:
        return known if known.body is not None else None
    name = make_article_id(to_canonical_url(known.url) or known.url)
    stored = connection.execute(
        select(StoredArticle.rejected, StoredArticle.cleaner_version).where(StoredArticle.id == name)
    ).one_or_none()
    is_usable = stored is not None and stored.rejected is None and stored.cleaner_version == CLEANER_VERSION
    return known if is_usable else None


def _make_validators(request: Request, response: Response, kind: AddressKind) -> Validators:
    etag, last_modified = (_read_header(response, name) for name in ("ETag", "Last-Modified"))
    is_kept = kind is not AddressKind.ARTICLE and bool(etag or last_modified)
    return Validators(
        url=request.url,
        etag=etag,
        last_modified=last_modified,
        body_hash=hashlib.blake2b(response.body, digest_size=16).hexdigest(),
        content_type=_read_header(response, "Content-Type"),
        body=compress_body(response.body) if is_kept else None,
    )


def _read_header(response: Response, name: str) -> str | None:
    value = (response.headers.get(name) or b"").decode("latin-1").strip()
    return value if value.isprintable() and 0 < len(value) <= _MAX_CHARACTERS else None


def _restore_response(response: Response, known: Validators) -> Response:
    """Return the response with the body that it had before."""
    headers = response.headers.copy()
    headers.pop("Content-Encoding", None)
    if known.content_type:
        headers["Content-Type"] = known.content_type
    body = decompress_body(known)
    kind = responsetypes.from_args(headers=headers, url=response.url, body=body)
    # What every response has: the encoding of a 304, which has no body, says nothing, and binary bodies have none.
    values = {name: getattr(response, name) for name in Response.attributes}
    return kind(**values | {"status": 200, "headers": headers, "body": body})
