"""What is compared of an article to find the stories that it may repeat: its headline's key, a sketch of its text."""

from __future__ import annotations

import heapq
import struct
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from cleaning.headlines import LONGEST_KEY, headline_key
from cleaning.likeness import Reading
from cleaning.memory.fingerprint import number
from cleaning.shingles import is_unspaced, runs, words
from cleaning.title_parts import SEPARATOR

# The 48 smallest hashes of the text's runs of five words (eight characters where words are not spaced): Broder's MIN_s
# sketch (On the resemblance and containment of documents, 1997), which holds an equal share of every text that the
# article may have been taken from or into. Where the shorter of two texts is a share c of the longer, and a share p of
# their common runs is untouched, 48 c p values are shared on average; docs/duplicates.md says how often too few are.
# Sketches are stored: with another one a migration has to empty `article.sketch` and the table `sketch`.
SKETCH = 48
SHARED = 3
# Of all the values that both would show so much is shared, or they are not compared: stock phrases of the press lead to
# many that have three. It is what a copy keeps of which 40 % of the words were changed (.6^5).
WORTH = 0.08
RUN, RUN_UNSPACED = 5, 8
LONGEST = 100_000  # characters of a text that are looked at, from its beginning

FEWEST_WORDS = 3  # of a headline that may say anything by itself
LONGEST_LABEL = 2  # words before a colon that are no part of a headline: "Opinion: ", "Live blog: "


@dataclass(frozen=True)  # without slots: what is worked out once is kept beside the fields
class Story:
    """What is compared of an article. `canonical_url` is the declared one, or else its own address."""

    id: str
    url: str
    canonical_url: str
    site: str
    key: str  # as of `story_key`
    published_at: datetime | None
    fetched_at: datetime
    text: str

    @property
    def when(self) -> datetime:
        return self.published_at or self.fetched_at

    @cached_property
    def reading(self) -> Reading:
        """Its text as it is compared: read once, however many stories it is compared with."""
        return Reading(self.text[:LONGEST])


def sketch(text: str) -> tuple[int, ...]:
    """The smallest hashes of the text's runs, at most SKETCH, ascending; () where it has no word."""
    found = words(text[:LONGEST])
    size = RUN_UNSPACED if is_unspaced(found) else RUN
    return tuple(heapq.nsmallest(SKETCH, {number(run) for run in runs(found, size)}))


def is_worth_comparing(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether two sketches share enough for one text to be a copy of the other. Symmetric."""
    # Below the lower of the two ends both sketches are complete: there the shorter text's values are a sample of it.
    bound = min((values[-1] for values in (one, other) if len(values) == SKETCH), default=None)
    seen = [sum(value <= bound for value in values) if bound is not None else len(values) for values in (one, other)]
    return len(set(one).intersection(other)) >= max(1, min(SHARED, *seen), WORTH * min(seen))


def packed(values: tuple[int, ...]) -> bytes:
    return struct.pack(f"<{len(values)}q", *values)


def unpacked(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 8}q", data)


def story_key(title: str, site_name: str | None = None) -> str:
    """The key of the headline proper: "Opinion | Late frost in May - The Courier" has that of "Late frost in May".

    Of the parts between separators the longest, where that has three words or more; without a label before a colon.
    At most 300 characters.
    """
    name = headline_key(site_name or "")
    keys = [key for part in SEPARATOR.split(title) if (key := _unlabelled(part)) and key != name]
    longest = max(keys, key=lambda key: len(key.split()), default="")
    if not says_something(longest):
        longest = headline_key(title, site_name)
    return longest[:LONGEST_KEY].rstrip()


def says_something(key: str) -> bool:
    """Whether a headline with this key may say by itself what its story is; one or two words never do."""
    return key.count(" ") + 1 >= FEWEST_WORDS or (len(key) >= FEWEST_WORDS * 2 and is_unspaced(words(key)))


def _unlabelled(part: str) -> str:
    label, colon, rest = part.partition(":")
    key = headline_key(rest)
    if colon and len(headline_key(label).split()) <= LONGEST_LABEL and says_something(key):
        return key
    return headline_key(part)
