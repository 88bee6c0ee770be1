"""Finds searches near one that finds nothing: other forms of its words, other spellings, fewer words."""

from __future__ import annotations

from collections import Counter

from rapidfuzz.distance import OSA
from sqlalchemy import Connection, select

from storage.database.words import fold_words
from storage.models import StoredArticle
from storage.search.query import leave_out_each, open_words, parse_query, respell_words
from storage.search.ranked import HitFilter, Order, find_ids

_MAX_TRIED = 24  # searches
_FEW, _MAX_SHOWN = 3, 8  # of these that find something
_MAX_COUNTED = 100  # hits

_MIN_BEGINNING = 3  # letters that a misspelt word has right: a shorter beginning has too many words
_MAX_BEGINNINGS = 4  # of a word that are tried
_MAX_WORDS = 3  # of a search that are respelt
_MAX_READ = 50  # articles whose words are compared with a misspelt one
_LONG = 7  # letters of a word that may have two mistakes
_ROW = StoredArticle.__table__.c


def find_nearest(connection: Connection, words: str, wanted: HitFilter) -> list[tuple[str, int]]:
    """Return searches that find something, each with its hits, at most 100.

    A word may be remembered in another form, or wrongly, or be misspelt. Fewer words are tried until there are some
    searches to choose from; those that find no more than a longer search that they are a part of are left out. Those
    with most words come first, and of these the ones with fewest hits.
    """
    found: dict[str, int] = {}
    tried = 0
    spelt = respell_words(words, _Speller(connection, wanted).respell)
    asked, less = list(dict.fromkeys((open_words(words), spelt))), leave_out_each(words)
    while asked and len(found) < _FEW and tried < _MAX_TRIED:
        for some in asked[: _MAX_TRIED - tried]:
            tried += 1
            number = len(_find(connection, some, wanted, _MAX_COUNTED))
            if number > max((found[one] for one in found if set(some.split()) < set(one.split())), default=0):
                found[some] = number
        asked = less
        less = list(dict.fromkeys(shorter for some in less[:_MAX_TRIED] for shorter in leave_out_each(some)))
    return sorted(found.items(), key=lambda one: (-len(one[0].split()), one[1]))[:_MAX_SHOWN]


class _Speller:
    """Finds how words are spelt that no article has, among the words of articles that begin so.

    It needs no list of all words, which neither database has: a search for a shorter beginning finds such articles. A
    mistake in the first letters is not found.
    """

    def __init__(self, connection: Connection, wanted: HitFilter) -> None:
        self._connection = connection
        self._wanted = wanted
        self._left = _MAX_WORDS

    def respell(self, word: str) -> str | None:
        """Return the likest word that an article has in place of this one, the most frequent of several.

        None if an article has the word, or one that begins with it, or if there is none like it.
        """
        if self._left == 0 or len(word) <= _MIN_BEGINNING or self._find_articles(word, 1):
            return None
        self._left -= 1
        most = 2 if len(word) >= _LONG else 1  # letters left out, added, changed or swapped with the next
        for length in range(len(word) - 1, max(_MIN_BEGINNING, len(word) - 1 - _MAX_BEGINNINGS) - 1, -1):
            words = self._count_words(word[:length])
            likest = min(words, key=lambda one: (OSA.distance(word, one), -words[one], one), default=word)
            if likest != word and OSA.distance(word, likest) <= most:
                return likest
        return None

    def _find_articles(self, beginning: str, limit: int) -> list[str]:
        """Return the ids of the newest articles with a word that begins so."""
        return _find(self._connection, f"{beginning}*", self._wanted, limit)

    def _count_words(self, beginning: str) -> Counter[str]:
        """Return in how many of the newest articles each word occurs that begins so."""
        ids = self._find_articles(beginning, _MAX_READ)
        texts = self._connection.execute(select(_ROW.title, _ROW.text).where(_ROW.id.in_(ids)))
        return Counter(
            word
            for title, text in texts
            for word in set(fold_words(f"{title} {text}").split())
            if word.startswith(beginning)
        )


def _find(connection: Connection, words: str, wanted: HitFilter, limit: int) -> list[str]:
    return list(find_ids(connection, parse_query(words), wanted, order=Order.NEWEST, limit=limit))
