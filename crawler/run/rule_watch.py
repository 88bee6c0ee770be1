"""Counts what the rules of sites find in their pages, and says at the end of a crawl which of them find nothing."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from crawler.run.counts import counts_of
from crawler.run.notices import NoticeKind, notices_of
from crawler.terminal.characters import escape_for_terminal
from crawler.terminal.numbers import count_things

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from cleaning.records.article import Article

# Pages that are articles, or would be if their text were found. Of a list or an error page a rule says nothing.
_ARTICLES = (None, "too-short", "no-text", "paywall")
# Pages of a crawl in which a rule finds nothing, from which on it is told. Not every page has what is to be removed.
_MIN_PAGES, _MIN_PAGES_REMOVED = 3, 10


class _Rule(NamedTuple):
    key: str
    rule: str
    origin: str

    def __str__(self) -> str:
        where = "sites.toml" if self.origin == "sites.toml" else f"what {self.origin} knows"
        return f"'{self.key}' in {where} ({json.dumps(self.rule, ensure_ascii=False)})"


class RuleWatch:
    """Watches the rules of one crawl, by site."""

    def __init__(self, crawler: Crawler) -> None:
        self._counts = counts_of(crawler)
        self._notices = notices_of(crawler)
        self._pages: defaultdict[str, Counter[_Rule]] = defaultdict(Counter)
        self._matched: defaultdict[str, Counter[_Rule]] = defaultdict(Counter)
        self._example: dict[str, str] = {}  # the address of a page of each site

    def record(self, site: str, article: Article) -> None:
        """Count what the rules found in a page."""
        if not article.site_rules or article.rejected not in _ARTICLES:
            return
        self._example[site] = article.url
        by_key: dict[str, bool] = {}
        for outcome in article.site_rules:
            rule = _Rule(outcome.key, outcome.rule, outcome.origin)
            self._pages[site][rule] += 1
            self._matched[site][rule] += outcome.is_matched
            by_key[outcome.key] = by_key.get(outcome.key, False) or outcome.is_matched
        for key, is_matched in by_key.items():
            self._counts.add(site, f"site_rule/matched/{key}" if is_matched else f"site_rule/unmatched/{key}")

    def add_notices(self) -> None:
        """Add a notice for each site of which a rule found nothing."""
        for site, pages in self._pages.items():
            unmatched = [
                f"{rule} matched none of {count_things(number, 'page')}"
                for rule, number in pages.items()
                if not self._matched[site][rule]
                and number >= (_MIN_PAGES_REMOVED if rule.key == "remove" else _MIN_PAGES)
            ]
            if unmatched:
                look = f"look at one: scrapy explain {escape_for_terminal(self._example[site])}"
                self._notices.add(site, NoticeKind.RULE_UNMATCHED, f"{', '.join(unmatched)}; {look}")
