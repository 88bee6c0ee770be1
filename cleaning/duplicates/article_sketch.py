"""Headline keys and text sketches: what the store keeps of an article to find the articles that it may repeat."""

from __future__ import annotations

import struct
from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import blake2b

from cleaning.duplicates.fingerprint import list_digests
from cleaning.duplicates.likeness import ComparableText
from cleaning.duplicates.shingles import encode_shingles, is_unspaced, split_article, split_words
from cleaning.metadata.title_parts import SEPARATOR
from cleaning.page.headline_key import MAX_KEY_CHARACTERS, normalize_headline

# A sketch is the 48 smallest hashes of the text's shingles of five words (eight characters where words are not spaced):
# Broder's MIN_s sketch (On the resemblance and containment of documents, 1997). It holds an equal share of every text
# that the article was taken from or taken into. If the shorter of two texts is a share c of the longer, and a share p
# of their common shingles is untouched, 48 c p values are shared on average; docs/duplicates.md says how often too few
# are. Sketches are stored: a change needs a migration that empties `article.sketch` and the table `sketch_key`.
SKETCH_SIZE = 48
MIN_SHARED = 3
# The fraction of the comparable values that two sketches must share: because of stock phrases of the press many
# unrelated texts share three. A copy with 40 % of its words changed keeps this fraction (.6^5).
MIN_SHARED_FRACTION = 0.08
SHINGLE_WORDS, SHINGLE_CHARACTERS = 5, 8
MAX_CHARACTERS = 100_000  # of a text that are read, from its beginning

_DIGEST = 8  # bytes of the digest of a text

MIN_WORDS = 3  # of a headline that identifies its story
MAX_LABEL_WORDS = 2  # before a colon, as in "Opinion: " or "Live blog: "; such a label is no part of the headline


@dataclass(frozen=True)  # without slots, for the cached property
class ComparedArticle:
    """The fields of an article that decide whether it repeats another. `canonical_url` is the declared one or `url`."""

    id: str
    url: str
    canonical_url: str
    site: str
    key: str  # from `build_story_key`
    published_at: datetime | None
    fetched_at: datetime
    text: str

    @property
    def dated_at(self) -> datetime:
        return self.published_at or self.fetched_at

    @cached_property
    def comparable_text(self) -> ComparableText:
        """The text prepared for comparison, once for all articles that it is compared with."""
        return ComparableText(self.text[:MAX_CHARACTERS])


def build_article_sketch(text: str) -> tuple[int, ...]:
    """Return the smallest hashes of the text's shingles, at most SKETCH_SIZE, ascending; () if it has no word."""
    words = split_article(text[:MAX_CHARACTERS])
    size = SHINGLE_CHARACTERS if is_unspaced(words) else SHINGLE_WORDS
    hashes = sorted(list_digests(encode_shingles(words, size)))
    # As `hash_to_int` makes them. Two that differ in the bit that it drops are one: a few more are read for that.
    return tuple(sorted({int.from_bytes(one) >> 1 for one in hashes[: SKETCH_SIZE + 2]})[:SKETCH_SIZE])


def seal_sketch(text: str) -> bytes:
    """Return the packed sketch of a text behind a digest of the text, for whoever stores the text later."""
    return digest_text(text) + pack_sketch(build_article_sketch(text))


def open_sketch(sealed: bytes, text: str) -> tuple[int, ...]:
    """Return the sketch of a text: the sealed one if it is of this very text, else a new one."""
    if sealed[:_DIGEST] == digest_text(text):
        return unpack_sketch(sealed[_DIGEST:])
    return build_article_sketch(text)


def is_worth_comparing(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Return whether two sketches, each ascending, share enough for one text to be a copy of the other.

    Symmetric in its arguments.
    """
    # Up to the lower of their two last values both sketches are complete: there they are samples of the texts.
    bound = min((values[-1] for values in (one, other) if len(values) == SKETCH_SIZE), default=None)
    least = min(len(values) if bound is None else bisect_right(values, bound) for values in (one, other))
    return len(set(one).intersection(other)) >= max(1, min(MIN_SHARED, least), MIN_SHARED_FRACTION * least)


def pack_sketch(values: tuple[int, ...]) -> bytes:
    return struct.pack(f"<{len(values)}q", *values)


def unpack_sketch(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 8}q", data)


def build_story_key(title: str, site_name: str | None = None) -> str:
    """Return the key of the headline proper, "Late frost in May" for "Opinion | Late frost in May - The Courier".

    This is the longest part between separators if it has three words or more, without a label before a colon; else the
    whole title. The key has at most 300 characters.
    """
    name = normalize_headline(site_name or "")
    keys = [key for part in SEPARATOR.split(title) if (key := _strip_label(part)) and key != name]
    longest = max(keys, key=lambda key: len(key.split()), default="")
    if not is_distinctive(longest):
        longest = normalize_headline(title, site_name)
    return longest[:MAX_KEY_CHARACTERS].rstrip()


def is_distinctive(key: str) -> bool:
    """Return whether a headline with this key can identify its story; one or two words never do."""
    return key.count(" ") + 1 >= MIN_WORDS or (len(key) >= MIN_WORDS * 2 and is_unspaced(split_words(key)))


def digest_text(text: str) -> bytes:
    """Return eight bytes that stand for a text."""
    return blake2b(text.encode("utf-8", "replace"), digest_size=_DIGEST).digest()


def _strip_label(part: str) -> str:
    """Return the headline key of a part of a title, without a label before a colon."""
    label, colon, rest = part.partition(":")
    key = normalize_headline(rest)
    if colon and len(normalize_headline(label).split()) <= MAX_LABEL_WORDS and is_distinctive(key):
        return key
    return normalize_headline(part)
