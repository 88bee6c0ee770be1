"""Collects what the operator should know of a site: shown once, at the end, in the log and below the table."""

from __future__ import annotations

import json
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlsplit

from scrapy.crawler import Crawler

from crawler.run.counts import Counts, counts_of
from crawler.run.once import once_per_crawler
from crawler.terminal.characters import escape_for_terminal

_STAT = "notice/"


class NoticeKind(StrEnum):
    """What a notice is about. `notice/KIND` counts the sites that have one."""

    MOVED = "moved"  # the front page redirects to another domain
    NO_ADDRESS = "no-address"  # no list of the site names an article
    REMOVED = "removed"  # the site was taken down by `scrapy remove`
    NO_BROWSER = "no-browser"  # its pages need a browser, and that does not start
    OTHER_HOST = "other-host"  # its feed lists articles on a host that the entry does not name
    SCRIPT_HOST = "script-host"  # scripts of its pages, which show little, ask a host that they may not ask
    RULE_UNMATCHED = "rule-unmatched"  # a rule of its entry finds nothing in its pages any more
    RULES_CHANGED = "rules-changed"  # stored articles were cleaned by other rules than those of its entry


# With one of these a crawl that finished has the exit status 1: the site gives nothing until somebody does something.
FAILURE_KINDS = (NoticeKind.MOVED, NoticeKind.NO_ADDRESS, NoticeKind.REMOVED, NoticeKind.NO_BROWSER)


class Notice(NamedTuple):
    """What is wrong with a site and what to do about it, in one line of plain text."""

    site: str
    kind: NoticeKind
    text: str


class Notices:
    """The notices of one crawl: of each site and kind, the first."""

    def __init__(self, crawler: Crawler) -> None:
        self._counts = counts_of(crawler)
        self._notices: dict[tuple[str, NoticeKind], Notice] = {}

    def add(self, site: str, kind: NoticeKind, text: str) -> None:
        if (site, kind) not in self._notices:
            self._notices[site, kind] = Notice(site, kind, escape_for_terminal(text))
            self._counts.add(site, f"{_STAT}{kind}")

    def has(self, site: str, kind: NoticeKind) -> bool:
        return (site, kind) in self._notices

    def list_all(self) -> list[Notice]:
        """Return the notices, sorted by site and kind."""
        for site, stats in self._counts.by_site().items():
            if number := stats.get("settle/other-rules"):  # settling counts them, when the crawl has closed
                self.add(site, NoticeKind.RULES_CHANGED, describe_other_rules(site, number))
        return [self._notices[key] for key in sorted(self._notices)]


def has_failure_notice(counts: Counts) -> bool:
    """Return whether a site has a notice of a kind that makes the crawl end with status 1."""
    return any(f"{_STAT}{kind}" in stats for stats in counts.values() for kind in FAILURE_KINDS)


def describe_move(url: str) -> str:
    """Return the notice of a front page that redirects to `url`, with the lines to write into sites.toml."""
    host = urlsplit(url).netloc
    return (
        f"its front page redirects to another domain; if it has moved there, write into its entry of sites.toml: "
        f"url = {json.dumps(url, ensure_ascii=False)}; if it lives on both: hosts = [{json.dumps(host)}]"
    )


def describe_removal(site: str, day: date) -> str:
    """Return the notice of a site that was taken down, and stands in sites.toml all the same."""
    return (
        f"it was taken down on {day}, and nothing of it is stored; take it out of sites.toml, or allow it again: "
        f"scrapy remove --lift --site {site}"
    )


def describe_other_host(host: str) -> str:
    """Return the notice of a feed that lists articles on `host`, with the line to write into sites.toml."""
    return (
        f"its feed lists articles on {host}, which is no host of its entry; if they are its own, write into its entry "
        f"of sites.toml: hosts = [{json.dumps(host)}]"
    )


def describe_script_host(host: str, reason: str) -> str:
    """Return the notice of pages that show little, and whose scripts were not answered by `host`."""
    if reason == "robots":
        return f"its pages show little: their scripts ask {host}, and its robots.txt does not allow that"
    return (
        f"its pages show little: their scripts ask {host}, which they may not; if their text is there, write into its "
        f"entry of sites.toml: browser_hosts = [{json.dumps(host)}]"
    )


def describe_other_rules(site: str, number: int) -> str:
    """Return the notice of stored articles that were cleaned by other rules than those of sites.toml today."""
    articles = "1 stored article was" if number == 1 else f"{number:,} stored articles were"
    return f"{articles} cleaned by other rules than those in sites.toml now; scrapy reclean --site {site} applies them"


notices_of = once_per_crawler(Notices)
