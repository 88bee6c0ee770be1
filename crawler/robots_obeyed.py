"""What a crawl obeys of robots tags, as every page that it makes carries it: fetched, replayed or cleaned again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from lxml.html import HtmlElement
from scrapy.http import Headers
from scrapy.settings import BaseSettings

from cleaning.article import Page
from cleaning.robots_tags import NOFOLLOW, read_robots_tags

HEADER = "X-Robots-Tag"


class RobotsFacts(TypedDict):
    """Arguments of `cleaning.article.Page`."""

    robots_header: tuple[str, ...]
    robot: str
    obeyed: tuple[str, ...]


class RobotsObeyed:
    """Of the settings ROBOTS_TAGS_OBEYED and ROBOTSTXT_USER_AGENT."""

    def __init__(self, settings: BaseSettings) -> None:
        self._robot = str(settings["ROBOTSTXT_USER_AGENT"] or "")
        self._obeyed = tuple(str(word).strip().lower() for word in settings.getlist("ROBOTS_TAGS_OBEYED"))

    def facts(self, headers: Headers | Iterable[tuple[str, str]] = ()) -> RobotsFacts:
        """What a page with these response headers is to carry."""
        if isinstance(headers, Headers):
            lines = [line.decode("latin-1") for line in headers.getlist(HEADER)]
        else:
            lines = [value for name, value in headers if name.lower() == HEADER.lower()]
        return RobotsFacts(robots_header=tuple(lines), robot=self._robot, obeyed=self._obeyed)

    def follows(self, headers: Headers, tree: HtmlElement | None) -> bool:
        """Whether the links of a page with these response headers and this tree may be followed."""
        page = Page("", "", **self.facts(headers))
        return NOFOLLOW not in self._obeyed or NOFOLLOW not in read_robots_tags(tree, page).words
