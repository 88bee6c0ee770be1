"""Parses what is searched: words, "phrases", beginnings of wor*, -exclusions.

climate summit     articles with both words, in any order, in headline or text
"climate summit"   one after the other
climat*            words that begin so
-cop28 -"sea ice"  without this word, without this phrase
climate-neutral    a word that has several parts is a phrase of them
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from cleaning.errors import BadArgument
from storage.database.words import fold_words, is_unspaced_word

MIN_PREFIX = 2  # letters before "*": the words that begin with one letter are most of all
MAX_TERMS = 64
_MIN_OPENED = 4  # letters of a word that may be a beginning of the one that is meant
_QUOTES = str.maketrans("“”„‟«»〝〞＂", '"' * 9)
_TERM = re.compile(r'(?P<minus>[-−–](?=\S))?(?:"(?P<phrase>[^"]*)(?P<end>"|$)(?P<star>\*)?|(?P<word>[^\s"]+))')


@dataclass(frozen=True, slots=True)
class Term:
    """A phrase of one or more folded words, as the index has them; with `is_prefix` the last is a beginning."""

    words: tuple[str, ...]
    is_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """All terms that an article must have, and those of which it may have none. Without any it finds all articles."""

    terms: tuple[Term, ...] = ()
    excluded: tuple[Term, ...] = ()


def parse_query(words: str) -> Query:
    """Return the query; raise BadArgument if it has no word to find or cannot be read."""
    terms: list[Term] = []
    excluded: list[Term] = []
    for match in _TERM.finditer(words.translate(_QUOTES)):
        if match["phrase"] is not None and not match["end"]:
            raise BadArgument(f'the quotation mark before {match["phrase"].strip()!r} is not closed by another "')
        term = _make_term(match)
        if term is not None:
            (excluded if match["minus"] else terms).append(term)
    if not terms:
        nothing = "excludes words, but names none to find" if excluded else "has no word in it"
        raise BadArgument(f"{words!r} {nothing}; a search is like: climate -summit")
    if len(terms) + len(excluded) > MAX_TERMS:
        raise BadArgument(f"a search may have at most {MAX_TERMS} words, got {len(terms) + len(excluded)}")
    return Query(tuple(dict.fromkeys(terms)), tuple(dict.fromkeys(excluded)))


def leave_out_each(words: str) -> list[str]:
    """Return what is left of a search without each of its words, phrases and exclusions, where that is a search."""
    pieces = [match[0] for match in _TERM.finditer(words.translate(_QUOTES))]
    found = []
    for place in range(len(pieces)):
        less = " ".join(pieces[:place] + pieces[place + 1 :])
        try:
            parse_query(less)
        except BadArgument:
            continue
        found.append(less)
    return list(dict.fromkeys(found))


def open_words(words: str) -> str:
    """Return the search with each word as a beginning: `bearing` finds bearings then. Phrases and exclusions stay."""
    return _change_words(words, lambda word: f"{word}*" if len(word) >= _MIN_OPENED and word[-1].isalnum() else word)


def respell_words(words: str, respell: Callable[[str], str | None]) -> str:
    """Return the search with what `respell` gives for its folded words, where it gives one; other terms stay."""

    def change(word: str) -> str:
        parts = fold_words(word).split()
        is_one = len(parts) == 1 and not word.endswith("*") and not is_unspaced_word(parts[0])
        return (respell(parts[0]) if is_one else None) or word

    return _change_words(words, change)


def _change_words(words: str, change: Callable[[str], str]) -> str:
    matches = _TERM.finditer(words.translate(_QUOTES))
    return " ".join(change(match["word"]) if match["word"] and not match["minus"] else match[0] for match in matches)


def _make_term(match: re.Match[str]) -> Term | None:
    """Return the term that was matched; None if it has no letter or digit."""
    if match["phrase"] is not None:
        given, is_prefix = match["phrase"], match["star"] is not None
        given, is_prefix = given.rstrip("*"), is_prefix or given.endswith("*")
    else:
        given = match["word"].rstrip("*")
        is_prefix = given != match["word"]
    words = fold_words(given).split()
    if not words:
        return None
    last = words[-1]
    if is_unspaced_word(last):
        # Any part of such a run is found. The index has the pairs of a run, and its last character alone.
        if len(words) > 1 and len(words[-2]) == 2 and is_unspaced_word(words[-2]):
            return Term(tuple(words[:-1]))
        return Term(tuple(words), is_prefix=True)
    if is_prefix and len(last) < MIN_PREFIX:
        raise BadArgument(f"{last}* would find too many words: at least {MIN_PREFIX} letters must stand before *")
    return Term(tuple(words), is_prefix)
