"""Decide duplicates: whether two articles are one story, and which earlier article a duplicate repeats, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from urllib.parse import urlsplit

from rapidfuzz import fuzz

from cleaning.duplicates.article_sketch import ComparedArticle, is_distinctive
from cleaning.duplicates.kinds import DuplicateKind, DuplicateRule
from cleaning.duplicates.likeness import TextComparison, compare_texts

# The share of the shorter text's passages that share something with the other text, from which on two articles are one
# story.
SAME_TEXT = 0.7
# The least length of the shorter text, as a share of the longer: a shorter one is an item of a round-up, not a copy.
MIN_RATIO = 0.2
# A text shorter than about half of the other was cut, not rewritten: this share of it must stand in the other. Nor may
# it be taken from the middle as it stands there, as one item of many.
HALF, CUT_SHARE = 0.6, 0.75
AMID, DENSE = 0.1, 1.05
# A text of fewer words must share this fraction, under the same headline: many videos have the same sentence.
MIN_WORDS, SHORT_SHARE = 30, 0.8
# The same headline on the same site within this time is the same story told again if this share of the text between
# their common beginning and end is the same: two instalments of a column share their greeting and their sign-off.
REPEATED_HEADLINE_WINDOW = timedelta(days=7)
RETOLD_SHARE = 0.4
SAME_PAGE_SHARE = 0.25  # the same for two articles with one canonical URL
NEAR_HEADLINE = 92.0  # of 100: likeness of two keys that are one headline, apart from a typo or a word's ending

# The shared fraction of a whole copy, and the ratio of lengths from which on it is a verbatim one.
WHOLE, VERBATIM_RATIO = 0.9, 0.95

_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class DuplicateMatch:
    """Why two articles are one story."""

    rule: str
    likeness: float  # of their texts, 0 to 1
    share: float  # shared fraction: how much of the shorter text stands in the other, 0 to 1


@dataclass(frozen=True, eq=False)  # without slots, for the cached property; hashed by identity, as a key
class RankedArticle:
    """The fields of an article by which the articles of a story are ranked."""

    id: str
    url: str
    canonical_url: str
    site: str
    published_at: datetime | None
    length: int  # characters of its text

    @cached_property
    def precedence(self) -> tuple[datetime, int, bool, str]:
        """The sort key by which the representative of a story comes first, whatever the order of arrival.

        The earliest published comes first, then the longest text, then an address that is its own canonical URL, then
        the lower address.
        """
        return self.published_at or _LAST, -self.length, self.canonical_url != self.url, self.url


@dataclass(frozen=True, slots=True)
class DuplicateVerdict:
    """Why an article is a duplicate: of which representative, by which rule, of which kind, how alike they are.

    If `via` is given, the article is a copy of that one, which is itself a duplicate of `duplicate_of`: rule, kind,
    likeness and share then compare it with `via`.
    """

    duplicate_of: str
    rule: str
    kind: str
    likeness: float
    share: float
    via: str | None = None


def match_articles(one: ComparedArticle, other: ComparedArticle) -> DuplicateMatch | None:
    """Return the duplicate match between two articles, or None. Symmetric in its arguments."""
    same_headline = _is_same_headline(one.key, other.key)
    # A front page is not an article's canonical URL: misconfigured sites declare it on all of their articles.
    same_canonical = one.canonical_url == other.canonical_url and bool(urlsplit(one.canonical_url).path.strip("/"))
    texts = compare_texts(one.comparable_text, other.comparable_text)
    if same_canonical and ((one.key and one.key == other.key) or texts.share >= SAME_PAGE_SHARE):
        return DuplicateMatch(DuplicateRule.CANONICAL_URL, texts.likeness, texts.share)
    if texts.is_template or texts.ratio < MIN_RATIO or _is_item(texts):
        return None
    is_same = texts.spread >= SAME_TEXT and (texts.ratio >= HALF or texts.share >= CUT_SHARE)
    if not is_same and not (same_headline and _is_retold(one, other, texts)):
        return None
    if texts.words < MIN_WORDS and not (same_headline and texts.share >= SHORT_SHARE):
        return None
    rule = DuplicateRule.REPEATED_HEADLINE if same_headline else DuplicateRule.NEAR_DUPLICATE
    return DuplicateMatch(rule, texts.likeness, texts.share)


def judge_duplicate(
    article: RankedArticle, matches: Mapping[RankedArticle, tuple[DuplicateMatch, str | None]]
) -> DuplicateVerdict | None:
    """Return the verdict on an article; None if it is the representative of a story.

    `matches` holds the articles that are one story with it, each with the match and the id of the representative that
    it repeats, None if it is one itself. Only articles that come before this one count (by `precedence`): the
    representatives, and those that share 90 % of the shorter text with it. The closest of them decides. A match with
    less in common is not passed on from one article to the next: a round-up with parts of two stories does not make
    them one. So the outcome depends on the articles alone, not on their order.
    """
    before = {
        other: (match, representative)
        for other, (match, representative) in matches.items()
        if other.precedence < article.precedence and (representative is None or match.share >= WHOLE)
    }
    if not before:
        return None
    closest = min(before, key=lambda other: (-before[other][0].share, -before[other][0].likeness, other.precedence))
    match, representative = before[closest]
    matched_representative = next((other for other in before if other.id == representative), None)
    if matched_representative is not None:  # the article matches the representative, too: then it repeats that one
        closest, (match, representative) = matched_representative, before[matched_representative]
    story, via = (closest.id, None) if representative is None else (representative, closest.id)
    return DuplicateVerdict(story, match.rule, _find_kind(match, closest, article), match.likeness, match.share, via)


def _find_kind(match: DuplicateMatch, repeated: RankedArticle, article: RankedArticle) -> str:
    if match.rule == DuplicateRule.CANONICAL_URL:
        return DuplicateKind.SAME_PAGE
    if match.share < WHOLE:
        is_retold = match.rule == DuplicateRule.REPEATED_HEADLINE
        return DuplicateKind.REPEATED_HEADLINE if is_retold else DuplicateKind.EDITED
    shorter, longer = sorted((repeated.length, article.length))
    if shorter >= VERBATIM_RATIO * longer:
        return DuplicateKind.VERBATIM
    is_abridged = article.length < repeated.length and article.site != repeated.site
    return DuplicateKind.ABRIDGED if is_abridged else DuplicateKind.UPDATED


def _is_same_headline(one: str, other: str) -> bool:
    """Return whether two keys are one headline, and are distinctive enough for that to mean anything."""
    if not (is_distinctive(one) and is_distinctive(other)):
        return False
    return one == other or fuzz.ratio(one, other, score_cutoff=NEAR_HEADLINE) > 0


def _is_item(texts: TextComparison) -> bool:
    """Return whether the shorter text stands as a whole in the middle of one that is more than twice as long."""
    return texts.ratio < 0.5 and texts.start >= AMID and texts.extent <= DENSE * texts.ratio


def _is_retold(one: ComparedArticle, other: ComparedArticle, texts: TextComparison) -> bool:
    """Return whether two articles with the same headline are the same story told again by the same site."""
    near = one.site == other.site and abs(one.dated_at - other.dated_at) <= REPEATED_HEADLINE_WINDOW
    return near and min(texts.share, texts.inner) >= RETOLD_SHARE
