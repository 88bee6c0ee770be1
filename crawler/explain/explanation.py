"""What is told of a page: the verdict, each fact with where it came from, the blocks, and sums of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cleaning.article import Article, Block, iso, stated_offset

# In the words of the table in docs/cleaning.md. `before-since` is not among them: it is the crawl's, not the page's.
REASONS = {
    "error-page": "the server said so, or the page does and says little else",
    "section": "a list of stories",
    "paywall": "the beginning of an article, for subscribers",
    "too-short": "under 150 letters of text (50 Chinese, Japanese or Korean characters)",
    "no-text": "no text at all",
    "not-html": "no markup: another document, compressed bytes, a picture",
    "too-many-elements": "more than 150,000 elements, which could not be cleaned within the deadline",
    **dict.fromkeys(
        ("robots-noindex", "robots-noarchive", "robots-noai", "robots-noimageai"),
        "its robots tags ask for that, and ROBOTS_TAGS_OBEYED names it",
    ),
    "cleaner-timeout": "the page hung or killed its child process",
    "cleaner-crash": "the page hung or killed its child process",
    "cleaner-memory": "its child process would have taken more than CLEANING_MEMORY",
    "cleaner-error": "the cleaner failed on it (a defect, and logged), or was stopped",
    "cleaner-stopped": "the cleaner failed on it (a defect, and logged), or was stopped",
}
_WORD = re.compile(r"\w+")  # counted as in the store


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that the page says of its article, under the name that it has in `Article`.

    `value` is as JSON has it, None where the page does not say it, `shown` the same for a person. `source` names where
    in the page it stood.
    """

    name: str
    value: str | float | bool | list[str] | None
    shown: str
    source: str | None


@dataclass(frozen=True, slots=True)
class Sums:
    """Numbers of blocks and of their words; `cuts` are the cut blocks by rule, the busiest rule first."""

    kept: int
    cut: int
    words_kept: int
    words_cut: int
    cuts: dict[str, int]

    def __str__(self) -> str:
        by_rule = ", ".join(f"{number} {rule}" for rule, number in self.cuts.items())
        return (
            f"kept {_number(self.kept, 'block')} ({_number(self.words_kept, 'word')}), "
            f"cut {_number(self.cut, 'block')} ({_number(self.words_cut, 'word')})"
            + (f": {by_rule}" if by_rule else "")
        )


@dataclass(frozen=True, slots=True)
class Explanation:
    """One page's. `address` is None where nobody knows it; `origin` says how it is known, or what follows if not.

    `site_language` is what its site is said to be written in (see `cleaning.article.Page`).
    """

    article: Article
    address: str | None
    origin: str = ""
    site_language: str | None = None

    @property
    def verdict(self) -> str:
        reason = self.article.rejected
        if reason is None:
            return "article"
        return f"rejected: {reason}" + (f", {REASONS[reason]}" if reason in REASONS else "")

    @property
    def facts(self) -> list[Fact]:
        """All of them, stated or not, in the order of `Article`."""
        return [*_stated(self.article), self._language]

    @property
    def _language(self) -> Fact:
        code, probability = self.article.language, self.article.language_probability
        in_doubt = f", in doubt {self.site_language} by sites.toml" if self.site_language else ""
        return Fact("language", code, f"{code}, probability {probability:.2f}", f"langdetect on the text{in_doubt}")

    @property
    def sums(self) -> Sums:
        kept = [block for block in self.article.blocks if block.kept]
        removed = self.article.removed
        cuts = Counter(block.rule or "" for block in removed)
        return Sums(len(kept), len(removed), _words(kept), _words(removed), dict(cuts.most_common()))


def _stated(article: Article) -> Iterator[Fact]:
    values: dict[str, str | bool | datetime | tuple[str, ...] | None] = {
        "title": article.title or None,
        "canonical_url": article.canonical_url,
        "site_name": article.site_name,
        "authors": article.authors,
        "published_at": article.published_at,
        "published_raw": article.published_raw,
        "modified_at": article.modified_at,
        "description": article.description,
        "tags": article.tags,
        "image": article.image,
        "licence": article.licence,
        "free": article.free,
        "page_kind": article.page_kind,
        "section": article.section,
        "tdm_reserved": article.tdm_reserved,
        "tdm_policy": article.tdm_policy,
        "ai_refused": article.ai_refused,
        "usage": article.usage,
        "robots": article.robots,
    }
    for name, value in values.items():
        source = article.sources.get(name)
        match value:
            case None | ():
                yield Fact(name, None, "", source)
            case datetime():
                yield _time(name, value, source)
            case tuple():
                yield Fact(name, list(value), ", ".join(value), source)
            case bool():
                yield Fact(name, value, "yes" if value else "no", source)
            case str():
                yield Fact(name, value, value, source)


def _time(name: str, moment: datetime, source: str | None) -> Fact:
    """In ISO 8601, in the zone that the page states; without one where it states none."""
    if stated_offset(moment) is None:
        plain = iso(moment.replace(tzinfo=None))
        return Fact(name, plain, f"{plain}, zone not stated", source)
    return Fact(name, iso(moment), iso(moment), source)


def _words(blocks: list[Block] | tuple[Block, ...]) -> int:
    return sum(len(_WORD.findall(block.text)) for block in blocks)


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
