"""Judge by its address whether the target of a redirect can be the article that was asked for."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from crawler.discovery import path_words
from crawler.discovery.address_parts import Shape
from crawler.discovery.addresses import classify_address
from crawler.discovery.refusals import RARELY_ARTICLE
from crawler.sites.site import Site
from storage.frontier.addresses import AddressKind

_ERROR_SLUG = re.compile(r"(?:error|fehler|erreur|erro|errore|http)?[-_]?(?:40[134]|410|50[03])[-_]?(?:error|page)?")
_BEFORE_ARTICLES = path_words.GATE | path_words.ACCOUNT
_MIN_PATH = 6  # characters of a path that says which page was asked for
# Lists and pages for subscribers. The other rules for mere links (twins, pagination, shows) refuse articles, too.
_ELSEWHERE = frozenset(("search", "calendar", "account", "legal", "tag", "author"))


def is_elsewhere(asked: str, target: str, site: Site) -> bool:
    """Return whether `target`, where the address `asked` led to, is certainly no article.

    It is the front page, a search, a list, a page for subscribers, an error page, or a gate: an address that carries
    the address that was asked for, to lead back to it.
    """
    if _is_same_page(asked, target):
        return False
    shape = Shape(target, site.get_subdomain(target))
    if shape.slug in path_words.ERROR or _ERROR_SLUG.fullmatch(shape.slug):
        return True
    if classify_address(target, site, is_declared=True).kind is not AddressKind.ARTICLE:
        return True
    if any(name in _ELSEWHERE and matches(shape) for name, matches in RARELY_ARTICLE):
        return True
    if classify_address(target.partition("?")[0], site).kind is AddressKind.ARTICLE:
        return False
    return carries_address(asked, target) or not _BEFORE_ARTICLES.isdisjoint(shape.segments)


def may_be_elsewhere(asked: str, target: str, site: Site) -> bool:
    """Return whether nothing in the address `target` says that it is an article: the page itself must say it."""
    return not _is_same_page(asked, target) and classify_address(target, site).kind is not AddressKind.ARTICLE


def carries_address(asked: str, target: str) -> bool:
    """Return whether the query of `target` has the address or the path of `asked` in it, encoded or not."""
    query = urlsplit(target).query
    path = urlsplit(asked).path.strip("/")
    if len(path) < _MIN_PATH:
        return False
    for _ in range(3):  # a gate behind a gate encodes the address twice
        if unquote(path) in query or path in query:
            return True
        query = unquote(query)
    return False


def _is_same_page(asked: str, target: str) -> bool:
    """http and https, with and without "www.", slash and parameters: the address was judged when it was offered."""
    return _get_page(asked) == _get_page(target)


def _get_page(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return (parts.hostname or "").removeprefix("www."), parts.path.rstrip("/")
