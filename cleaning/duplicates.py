"""What a duplicate is: which two articles are one story, which of a story stands for it, and what the others are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from urllib.parse import urlsplit

from rapidfuzz import fuzz

from cleaning.likeness import Likeness, likeness
from cleaning.stories import Story, says_something

# Shares of the shorter text's passages that share something with the other, from which on two articles are one story.
SAME_TEXT = 0.7
# The shorter one's least length: what is less of the other is not a copy of it, but one of many things in a round-up.
PART = 0.2
# Where it is less than about half, it was cut, not written anew: so much of it must stand in the other. And it was not
# taken from the midst as it stands there, as one item of many.
HALF, PART_SHARE = 0.6, 0.75
AMID, DENSE = 0.1, 1.05
# Of so short a text so much must stand in the other, under one headline: many a video has the same sentence.
FEWEST_WORDS, SHORT_SHARE = 30, 0.8
# The same headline on the same site within this time is the same story told again, if a share of what lies between
# their common beginning and end is the same: two instalments of a column share their greeting and their sign-off.
REPEATED_WITHIN = timedelta(days=7)
RETOLD = 0.4
SAME_PAGE = 0.25  # the same of two with one canonical URL
NEAR_HEADLINE = 92.0  # of 100: likeness of two keys that are one headline, but for a slip or a word's ending

WHOLE, VERBATIM_RATIO = 0.9, 0.95  # share of the shorter text in the longer, and their lengths

_LAST = datetime.max.replace(tzinfo=UTC)


class Rule(StrEnum):
    """By what two articles are found to be one story."""

    CANONICAL_URL = "canonical-url"
    REPEATED_HEADLINE = "repeated-headline"
    NEAR_DUPLICATE = "near-duplicate"


class Kind(StrEnum):
    """What an article is to the one that it repeats."""

    SAME_PAGE = "same-page"  # the same address again: print and mobile versions
    VERBATIM = "verbatim"
    UPDATED = "updated"  # with more, or by the same site with less
    ABRIDGED = "abridged"  # by another site
    EDITED = "edited"
    REPEATED_HEADLINE = "repeated-headline"  # told again by the same site


@dataclass(frozen=True, slots=True)
class Kinship:
    """Why two articles are one story: the rule, how alike their texts are, how much of the shorter is in the other."""

    rule: str
    likeness: float  # 0 to 1
    share: float  # 0 to 1


@dataclass(frozen=True, eq=False)  # without slots, for `precedence`; known by its place in memory, as a key
class Member:
    """One article of a story, as far as is needed to rank them."""

    id: str
    url: str
    canonical_url: str
    site: str
    published_at: datetime | None
    length: int  # characters of its text

    @cached_property
    def precedence(self) -> tuple[datetime, int, bool, str]:
        """Sorts that one first that stands for its story, whatever the order of arrival.

        The earliest published, then the fullest text, then by the address: one that is its own canonical URL first.
        """
        return self.published_at or _LAST, -self.length, self.canonical_url != self.url, self.url


@dataclass(frozen=True, slots=True)
class Standing:
    """Why an article is a duplicate: of which one, by which rule, what it is to it, how alike they are.

    Or to `via`, a duplicate of the same one, where it is that one's copy.
    """

    of: str
    rule: str
    kind: str
    likeness: float
    share: float
    via: str | None = None


def same_story(one: Story, other: Story) -> Kinship | None:
    """The rule by which the two are one story, or None. Symmetric."""
    same_headline = _same_headline(one.key, other.key)
    # A front page is nobody's canonical URL, whatever the articles of a misconfigured site declare.
    same_canonical = one.canonical_url == other.canonical_url and bool(urlsplit(one.canonical_url).path.strip("/"))
    alike = likeness(one.reading, other.reading)
    if same_canonical and ((one.key and one.key == other.key) or alike.share >= SAME_PAGE):
        return Kinship(Rule.CANONICAL_URL, alike.likeness, alike.share)
    if alike.is_template or alike.ratio < PART or _is_an_item(alike):
        return None
    is_same = alike.spread >= SAME_TEXT and (alike.ratio >= HALF or alike.share >= PART_SHARE)
    if not is_same and not (same_headline and _is_retold(one, other, alike)):
        return None
    if alike.words < FEWEST_WORDS and not (same_headline and alike.share >= SHORT_SHARE):
        return None
    return Kinship(Rule.REPEATED_HEADLINE if same_headline else Rule.NEAR_DUPLICATE, alike.likeness, alike.share)


def standing(member: Member, kin: Mapping[Member, tuple[Kinship, str | None]]) -> Standing | None:
    """How an article stands; None where it stands for a story itself.

    `kin` is what is the same story, with the article that it repeats, None where it stands for its own. The closest of
    its kin that come before it (`Member.precedence`) tells its story: of those that stand for theirs, and of those that
    it is a copy of, having 90 % of the shorter text in common. Where less is shared, it does not go from one article to
    the next: what a round-up has of two stories does not make these one. So the outcome depends on the articles alone,
    not on their order.
    """
    before = {
        one: (kinship, of)
        for one, (kinship, of) in kin.items()
        if one.precedence < member.precedence and (of is None or kinship.share >= WHOLE)
    }
    if not before:
        return None
    closest = min(before, key=lambda one: (-before[one][0].share, -before[one][0].likeness, one.precedence))
    link, of = before[closest]
    first = next((one for one in before if one.id == of), None)
    if first is not None:  # it is the same as the one that stands for the story, too: then that is what it repeats
        closest, (link, of) = first, before[first]
    story, via = (closest.id, None) if of is None else (of, closest.id)
    return Standing(story, link.rule, _kind(link, closest, member), link.likeness, link.share, via)


def _kind(link: Kinship, of: Member, member: Member) -> str:
    if link.rule == Rule.CANONICAL_URL:
        return Kind.SAME_PAGE
    if link.share < WHOLE:
        return Kind.REPEATED_HEADLINE if link.rule == Rule.REPEATED_HEADLINE else Kind.EDITED
    shorter, longer = sorted((of.length, member.length))
    if shorter >= VERBATIM_RATIO * longer:
        return Kind.VERBATIM
    return Kind.ABRIDGED if member.length < of.length and member.site != of.site else Kind.UPDATED


def _same_headline(one: str, other: str) -> bool:
    """Whether the two are one headline, and say enough for that to mean anything."""
    if not (says_something(one) and says_something(other)):
        return False
    return one == other or fuzz.ratio(one, other, score_cutoff=NEAR_HEADLINE) > 0


def _is_an_item(alike: Likeness) -> bool:
    """Whether the shorter text stands as a whole in the midst of one that is more than twice as long."""
    return alike.ratio < 0.5 and alike.start >= AMID and alike.extent <= DENSE * alike.ratio


def _is_retold(one: Story, other: Story, alike: Likeness) -> bool:
    near = one.site == other.site and abs(one.when - other.when) <= REPEATED_WITHIN
    return near and min(alike.share, alike.inner) >= RETOLD
