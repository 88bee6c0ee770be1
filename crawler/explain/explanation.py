"""The explanation of a page: the verdict, its metadata with their sources, its blocks, and counts of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cleaning.records.article import Article, RuleOutcome
from cleaning.records.block import Block
from cleaning.records.times import format_iso, get_stated_offset

DETECTED = "langdetect on the text"  # the source of most languages, and of those of pages that failed

# The same words as in the table of docs/cleaning.md, without `before-since`, which is a reason of the crawl.
REASONS = {
    "error-page": "the server said so, or the page does and says little else",
    "section": "a list of stories",
    "paywall": "the beginning of an article, for subscribers",
    "too-short": "under 150 letters of text (50 Chinese, Japanese or Korean characters)",
    "no-text": "no text at all",
    "part": "a further page of an article on several pages, whose text it belongs to",
    "wall": "one page that the site shows at many addresses: a consent text, a log-in",
    "redirect-elsewhere": "the address led to the front page, a section, a search or a log-in",
    "not-found": "under 400 letters without a date, with nothing of the headline that the feed gave",
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
_WORD = re.compile(r"\w+")  # as the store counts words


@dataclass(frozen=True, slots=True)
class MetadataField:
    """One field of the article's metadata, under its name in `Article`.

    `value` is the value for JSON, None if the page does not state it; `display` is the value for a person. `source`
    says where in the page it was found.
    """

    name: str
    value: str | float | bool | list[str] | None
    display: str
    source: str | None


@dataclass(frozen=True, slots=True)
class BlockCounts:
    """Counts of blocks and of their words; `cuts` counts the cut blocks by rule, the most frequent rule first."""

    kept: int
    cut: int
    words_kept: int
    words_cut: int
    cuts: dict[str, int]

    def __str__(self) -> str:
        by_rule = ", ".join(f"{number} {rule}" for rule, number in self.cuts.items())
        return (
            f"kept {_format_count(self.kept, 'block')} ({_format_count(self.words_kept, 'word')}), "
            f"cut {_format_count(self.cut, 'block')} ({_format_count(self.words_cut, 'word')})"
            + (f": {by_rule}" if by_rule else "")
        )


@dataclass(frozen=True, slots=True)
class PageExplanation:
    """The explanation of one page.

    `address` is None if it is unknown. `address_note` says how it is known, or what to do if it is unknown.
    `site_language` is the language that `sites.toml` states for the site (see `cleaning.records.given.Page`). `memory`
    says which site memory the page was cleaned with, or why with none; "" where that is told elsewhere.
    """

    article: Article
    address: str | None
    address_note: str = ""
    site_language: str | None = None
    memory: str = ""

    @property
    def site_notes(self) -> list[tuple[str, str]]:
        """What was known of the page's site, each with its name: its memory, and what each of its rules found."""
        memory = [("site_memory", self.memory)] if self.memory else []
        return memory + [("site_rule", _describe_outcome(outcome)) for outcome in self.article.site_rules]

    @property
    def verdict(self) -> str:
        reason = self.article.rejected
        if reason is None:
            return "article"
        return f"rejected: {reason}" + (f", {REASONS[reason]}" if reason in REASONS else "")

    @property
    def fields(self) -> list[MetadataField]:
        """All metadata fields, stated or not, in the order of `Article`."""
        return [*_list_fields(self.article), self._language]

    @property
    def _language(self) -> MetadataField:
        code, probability = self.article.language, self.article.language_probability
        source = self.article.sources.get("language", DETECTED)
        if source == DETECTED and self.site_language:
            source += f", in doubt {self.site_language} by sites.toml"
        return MetadataField("language", code, f"{code}, probability {probability:.2f}", source)

    @property
    def counts(self) -> BlockCounts:
        kept = [block for block in self.article.blocks if block.is_kept]
        removed = self.article.removed
        cuts = Counter(block.rule or "" for block in removed)
        return BlockCounts(len(kept), len(removed), _count_words(kept), _count_words(removed), dict(cuts.most_common()))


def describe_entries(article: Article) -> str:
    """Return how many entries a live blog has, and in which order; "" for any other article."""
    if not article.entries:
        return ""
    left = sum(1 for entry in article.entries if entry.last_fetched_at not in (None, article.fetched_at))
    parts = [_format_count(len(article.entries), "entry"), *filter(None, [article.entry_order])]
    return ", ".join([*parts, *([f"{left:,} no longer on the page"] if left else [])])


def _list_fields(article: Article) -> Iterator[MetadataField]:
    values: dict[str, str | bool | datetime | tuple[str, ...] | None] = {
        "title": article.title or None,
        "canonical_url": article.canonical_url,
        "site_name": article.site_name,
        "authors": article.authors,
        "source": article.source,
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
                yield MetadataField(name, None, "", source)
            case datetime():
                yield _make_time_field(name, value, source)
            case tuple():
                yield MetadataField(name, list(value), ", ".join(value), source)
            case bool():
                yield MetadataField(name, value, "yes" if value else "no", source)
            case str():
                yield MetadataField(name, value, value, source)


def _make_time_field(name: str, moment: datetime, source: str | None) -> MetadataField:
    """Return a field in ISO 8601, in the time zone that the page states, without one if it states none."""
    if get_stated_offset(moment) is None:
        plain = format_iso(moment.replace(tzinfo=None))
        return MetadataField(name, plain, f"{plain}, zone not stated", source)
    return MetadataField(name, format_iso(moment), format_iso(moment), source)


def _describe_outcome(outcome: RuleOutcome) -> str:
    result = f"found {outcome.found:,}" if outcome.found else "found nothing"
    if outcome.problem:
        result = f"not used: {outcome.problem}"
    return f"'{outcome.key}' of {outcome.origin}: {outcome.rule} ({result})"


def _count_words(blocks: list[Block] | tuple[Block, ...]) -> int:
    return sum(len(_WORD.findall(block.text)) for block in blocks)


def _format_count(count: int, noun: str) -> str:
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count:,} {noun if count == 1 else plural}"
