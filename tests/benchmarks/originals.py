"""The articles of which pairs are made: those of DATA with gold text of at least 80 words.

The headline is the gold's, the first line of a gold that begins with it, or else the page's title. The text is the
rest.
Articles that DATA holds twice, or in parts, would make labels wrong: two are kin where a fifth of the shorter's runs of
five words stands in the other (counted exactly, over all pairs; runs that more than FEW articles have are boilerplate
and count for nothing), or where their addresses are the same. Of kin the fullest stays.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from difflib import SequenceMatcher
from functools import cached_property
from random import Random
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from gold import load
from lxml import html
from wording import Text, paragraphs, size, words

from cleaning.headlines import index_key
from cleaning.language import language

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from gold import Page

FEWEST_WORDS = 80
KIN, RUN, FEW = 0.2, 5, 20
DAY = datetime(2026, 11, 20, 6, tzinfo=UTC)  # what has no date was published in the 60 days before
TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
SEPARATORS = re.compile(r"\s+[|–—-]\s+")


@dataclass(frozen=True)
class Told:
    """An article as a site tells it."""

    url: str
    site: str
    title: str
    text: Text
    language: str
    published_at: datetime | None

    @property
    def site_name(self) -> str:
        return self.site.removeprefix("www.").partition(".")[0].title()

    @property
    def key(self) -> str:
        return index_key(self.title, self.site_name)

    @cached_property
    def size(self) -> int:
        """Words of its text."""
        return size(self.text)


class Originals(NamedTuple):
    """What DATA gave; `kin` are the articles left out because another one says the same."""

    told: list[Told]
    kin: int
    short: int  # left out as they have less than FEWEST_WORDS


def originals(paths: Iterable[Path], sample: int = 1) -> Originals:
    pages = [page for path in paths for page in load(path, sample) if page.get("text")]
    told = [_told(page, Random(str(page["url"]))) for page in pages]
    long = [one for one in told if one.size >= FEWEST_WORDS]
    kept = without_kin(long)
    return Originals(kept, len(long) - len(kept), len(told) - len(long))


def without_kin(told: Sequence[Told]) -> list[Told]:
    """Of every group of kin the fullest."""
    runs = [_runs(one.text) for one in told]
    holders = defaultdict[int, list[int]](list)
    for number, mine in enumerate(runs):
        for run in mine:
            holders[run].append(number)
    common = Counter[tuple[int, int]]()
    for those in holders.values():
        if 1 < len(those) <= FEW:
            common.update((one, other) for at, one in enumerate(those) for other in those[at + 1 :])
    related = defaultdict[int, set[int]](set)
    for (one, other), number in common.items():
        if number >= KIN * min(len(runs[one]), len(runs[other])):
            related[one].add(other)
            related[other].add(one)
    left_out: set[int] = set()
    seen: set[str] = set()
    for number in sorted(range(len(told)), key=lambda number: (-told[number].size, told[number].url)):
        if number in left_out or told[number].url in seen:
            left_out.add(number)
        else:
            seen.add(told[number].url)
            left_out |= related[number]
    return [one for number, one in enumerate(told) if number not in left_out]


def _runs(text: Text) -> set[int]:
    told = [word.casefold() for line in text for word in words(line)]
    return {hash(tuple(told[at : at + RUN])) for at in range(len(told) - RUN + 1)}


def _told(page: Page, lot: Random) -> Told:
    text = paragraphs(page["text"])
    title = page.get("title") or ""
    if not title:
        title, text = _headline(page, text)
    said = page.get("lang") or language("\n".join(text))[0]
    return Told(
        page["url"], urlsplit(page["url"]).hostname or page["url"], title, text, said, _published(page.get("date"), lot)
    )


def _headline(page: Page, text: Text) -> tuple[str, Text]:
    """The headline, and the text without it."""
    found = TITLE.search(page["html"])
    title = " ".join(html.fromstring(f"<p>{found[1]}</p>").text_content().split()) if found and found[1].strip() else ""
    if not page.get("headline_in_gold"):
        return max(SEPARATORS.split(title), key=len), text
    # The first line; or one of the next, after a date or a section, if it is what the page's title says.
    likeness = [SequenceMatcher(None, line.casefold(), title.casefold()).ratio() for line in text[:4]]
    best = max(range(len(likeness)), key=likeness.__getitem__) if likeness else 0
    at = best if likeness and likeness[best] >= 0.6 else 0
    return text[at][:300], text[:at] + text[at + 1 :]


def _published(date: str | None, lot: Random) -> datetime | None:
    if date:
        found = datetime.fromisoformat(date)
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None if lot.random() < 0.2 else DAY - timedelta(minutes=lot.randrange(60 * 24 * 60))
