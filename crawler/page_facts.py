"""What every page of a crawl carries beside its HTML: of its response's headers, of its host, and of what we obey.

In the same way whether it was fetched, replayed or is cleaned again.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from lxml.html import HtmlElement
from scrapy.http import Headers
from scrapy.settings import BaseSettings

from cleaning.article import NOT_ASKED, HostRights, Page
from cleaning.rights import HEADERS
from cleaning.robots_tags import NOFOLLOW, read_robots_tags

ROBOTS_TAG = "x-robots-tag"
_READ = (ROBOTS_TAG, *HEADERS)


class Facts(TypedDict):
    """Arguments of `cleaning.article.Page`."""

    robots_header: tuple[str, ...]
    robot: str
    obeyed: tuple[str, ...]
    rights_headers: tuple[tuple[str, str], ...]
    host: HostRights


class PageFacts:
    """Of the settings ROBOTS_TAGS_OBEYED and ROBOTSTXT_USER_AGENT."""

    def __init__(self, settings: BaseSettings) -> None:
        self._robot = str(settings["ROBOTSTXT_USER_AGENT"] or "")
        self._obeyed = tuple(str(word).strip().lower() for word in settings.getlist("ROBOTS_TAGS_OBEYED"))

    def of(self, headers: Headers | Iterable[tuple[str, str]] = (), host: HostRights | None = None) -> Facts:
        """What a page with these response headers is to carry; `host` is what is known of its host, None is nothing."""
        if isinstance(headers, Headers):
            lines = [(name, line.decode("latin-1")) for name in _READ for line in headers.getlist(name)]
        else:
            every = [(name.lower(), value) for name, value in headers]
            lines = [line for name in _READ for line in every if line[0] == name]
        return Facts(
            robots_header=tuple(value for name, value in lines if name == ROBOTS_TAG),
            robot=self._robot,
            obeyed=self._obeyed,
            rights_headers=tuple(line for line in lines if line[0] != ROBOTS_TAG),
            host=host or NOT_ASKED,
        )

    def follows(self, headers: Headers, tree: HtmlElement | None) -> bool:
        """Whether the links of a page with these response headers and this tree may be followed."""
        page = Page("", "", **self.of(headers))
        return NOFOLLOW not in self._obeyed or NOFOLLOW not in read_robots_tags(tree, page).words
