"""What a duplicate is: the same canonical URL, or a repeated headline over the same story."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import combinations
from urllib.parse import urlsplit

# The same headline of the same site within this time is the same story told again, if the texts have anything in
# common; at any other distance, or from another site, the bodies themselves must be the same story.
REPEATED_WITHIN = timedelta(days=7)
# Least share of the shorter text's shingles that stand in the other. Two instalments of one column share their greeting
# and their sign-off; two tellings of one story share whole paragraphs.
SAME_SITE_SHARE = 0.25
SAME_STORY_SHARE = 0.6

_WORD = re.compile(r"\w+")
# Scripts that put no spaces between words: there a shingle is made of characters.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]")
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)  # without slots: what is worked out once is kept beside the fields
class Story:
    """What is compared of an article. `canonical_url` is the declared one, or else its own address."""

    id: str
    url: str
    canonical_url: str
    site: str
    headline_key: str
    published_at: datetime | None
    fetched_at: datetime
    text: str

    @property
    def when(self) -> datetime:
        return self.published_at or self.fetched_at

    @cached_property
    def shingles(self) -> frozenset[str]:
        """Those of its text: worked out once, however many stories it is compared with."""
        return shingles(self.text)


@dataclass(frozen=True, slots=True)
class Standing:
    """Why an article is a duplicate: of which one, by which rule, how much of the shorter text stands in the other."""

    of: str
    rule: str  # "canonical-url" or "repeated-headline"
    share: float  # 0 to 1


@dataclass(frozen=True, slots=True)
class Match:
    """Why two articles are one story."""

    rule: str
    share: float


def same_story(one: Story, other: Story) -> Match | None:
    """The rule by which the two are one story, or None. Symmetric."""
    same_headline = bool(one.headline_key) and one.headline_key == other.headline_key
    # A front page is nobody's canonical URL, whatever the articles of a misconfigured site declare.
    same_canonical = one.canonical_url == other.canonical_url and bool(urlsplit(one.canonical_url).path.strip("/"))
    if not (same_headline or same_canonical):
        return None
    share = containment(one.shingles, other.shingles)
    if same_canonical and (same_headline or share >= SAME_SITE_SHARE):
        return Match("canonical-url", share)
    near = one.site == other.site and abs(one.when - other.when) <= REPEATED_WITHIN
    if same_headline and share >= (SAME_SITE_SHARE if near else SAME_STORY_SHARE):
        return Match("repeated-headline", share)
    return None


def standings(stories: Iterable[Story]) -> dict[str, Standing | None]:
    """For each story its standing, None for the one that stands for its cluster; their order does not matter.

    A cluster is what hangs together by `same_story`. A member that does not match the cluster's first story itself
    names the rule by which it hangs on to the first member that it does match.
    """
    ranked = sorted(stories, key=precedence)
    matches: dict[tuple[str, str], Match] = {}
    for one, other in combinations(ranked, 2):
        if match := same_story(one, other):
            matches[one.id, other.id] = matches[other.id, one.id] = match
    verdicts: dict[str, Standing | None] = {}
    for first in ranked:
        if first.id in verdicts:
            continue
        verdicts[first.id] = None
        reached = [first]
        for member in reached:  # grows while it is walked
            for story in ranked:
                if story.id not in verdicts and (member.id, story.id) in matches:
                    link = matches.get((first.id, story.id)) or matches[member.id, story.id]
                    verdicts[story.id] = Standing(first.id, link.rule, link.share)
                    reached.append(story)
    return verdicts


def precedence(story: Story) -> tuple[bool, datetime, int, str]:
    """Sorts the story first that stands for its duplicates, whatever the order of arrival.

    The one that is its own canonical URL, then the earliest published, the fullest text, the first by its address.
    """
    return story.canonical_url != story.url, story.published_at or _LAST, -len(story.text), story.url


def shared(one: str, other: str) -> float:
    """Share of the shorter text's shingles that stand in the other, 0 to 1."""
    return containment(shingles(one), shingles(other))


def containment(one: frozenset[str], other: frozenset[str]) -> float:
    """Share of the smaller set that stands in the other, 0 to 1; 0 where either is empty (Broder 1997)."""
    if not one or not other:
        return 0.0
    return len(one & other) / min(len(one), len(other))


def shingles(text: str, size: int = 4) -> frozenset[str]:
    """Runs of `size` words, case-folded; runs of characters in scripts that do not space their words."""
    words: list[str] = []
    for word in _WORD.findall(unicodedata.normalize("NFKC", text).casefold()):
        words.extend(word if _UNSPACED.search(word) else (word,))
    return frozenset(" ".join(words[start : start + size]) for start in range(max(1, len(words) - size + 1)) if words)
