"""Collects what the cleaner is told of a page beside its HTML: from response headers, host, settings and sites.toml.

The same for a page that is fetched, replayed or cleaned again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypedDict

from lxml.html import HtmlElement
from scrapy.http import Headers, Response, TextResponse
from scrapy.settings import BaseSettings

from cleaning.metadata.rights import HEADERS
from cleaning.metadata.robots_tags import NOFOLLOW, read_robots_tags
from cleaning.page.charset import decode_html
from cleaning.records.given import NO_RULES, UNKNOWN_HOST_RIGHTS, HostRights, Known, Page, SiteRules
from crawler.sites.site import Site

ROBOTS_TAG = "x-robots-tag"
_READ_HEADERS = (ROBOTS_TAG, *HEADERS)
_QUICKLY_DECODED = 1 << 20  # bytes: about a millisecond


class PageArguments(TypedDict):
    """Arguments of `cleaning.records.given.Page`."""

    robots_header: tuple[str, ...]
    robot_name: str
    obeyed_tags: tuple[str, ...]
    rights_headers: tuple[tuple[str, str], ...]
    host_rights: HostRights
    language: str | None
    rules: SiteRules


class PageFacts:
    """Collects the facts, with the settings ROBOTS_TAGS_OBEYED and ROBOTSTXT_USER_AGENT."""

    def __init__(self, settings: BaseSettings) -> None:
        self._robot = str(settings["ROBOTSTXT_USER_AGENT"] or "")
        self._obeyed = tuple(str(word).strip().lower() for word in settings.getlist("ROBOTS_TAGS_OBEYED"))

    def collect(
        self,
        headers: Headers | Iterable[tuple[str, str]] = (),
        host: HostRights | None = None,
        site: Site | None = None,
    ) -> PageArguments:
        """Return the facts of a page with these response headers, on a host with these rights (None: unknown).

        `site` is the entry of sites.toml that the page belongs to, None where there is none. Every page gets its
        language and its rules here.
        """
        if isinstance(headers, Headers):
            lines = [(name, line.decode("latin-1")) for name in _READ_HEADERS for line in headers.getlist(name)]
        else:
            all_lines = [(name.lower(), value) for name, value in headers]
            lines = [line for name in _READ_HEADERS for line in all_lines if line[0] == name]
        return PageArguments(
            robots_header=tuple(value for name, value in lines if name == ROBOTS_TAG),
            robot_name=self._robot,
            obeyed_tags=self._obeyed,
            rights_headers=tuple(line for line in lines if line[0] != ROBOTS_TAG),
            host_rights=host or UNKNOWN_HOST_RIGHTS,
            language=site.language if site is not None else None,
            rules=site.rules if site is not None else NO_RULES,
        )

    def may_follow_links(self, headers: Headers, tree: HtmlElement | None) -> bool:
        """Return whether the robots tags of a page allow to follow its links."""
        page = Page("", "", **self.collect(headers))
        return NOFOLLOW not in self._obeyed or NOFOLLOW not in read_robots_tags(tree, page).words


def make_part(page: Page, first: Page) -> Page:
    """Return a page as a further part of the article that begins with `first`: of the same site, by the same rules."""
    known = Known(text=first.known.text)  # what else the spider knows is of the article, not of each of its pages
    return replace(page, language=first.language, rules=first.rules, known=known, first_page=first.url)


def select_page_headers(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the response headers that say something of a page beside its HTML."""
    return [(name, value) for name, value in headers if name.lower() in _READ_HEADERS]


def decode_response_text(response: Response) -> str | None:
    """Return the text of a page, as the crawl and every later look at the archive read it; None if it is not text.

    Blocking: to guess a charset takes up to a second.
    """
    return decode_html(response.body, get_content_type(response)) if isinstance(response, TextResponse) else None


def is_quickly_decoded(response: Response) -> bool:
    """Return whether the charset of a page need not be guessed: to hand such a page to a thread takes longer."""
    if len(response.body) > _QUICKLY_DECODED:
        return False
    try:
        response.body.decode()
    except UnicodeDecodeError:
        return False
    return True


def get_content_type(response: Response) -> str:
    return (response.headers.get("Content-Type") or b"").decode("latin-1")
