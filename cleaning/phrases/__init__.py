"""Cue phrases: data, a file a language, beside this module.

A phrase never decides alone: the rules that know phrases ask for form, place or links beside it. All languages are
known at once: a page is judged before its language is, and pages mix them.

    see_also     opens a line that points to another article of the site ("See also", "Lesen Sie auch")
    more         the same, but opens sentences too ("Related", "More on"): needs a link beside it
    form         what a comment form says and nothing else does, as the beginning of a block
    form_label   what stands over its fields, as a whole block
    act          asks the reader to sign up, subscribe, follow or donate, anywhere in a block
    share        the words of a share bar, as a whole block
    rights       the formulas of copyright lines, anywhere in a block
    by           opens a byline, and sentences too ("By", "Von"): needs its place and form beside it
    error        opens the title of an error page

Phrases and texts are compared as headline keys: words without case, accents and punctuation.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import defaultdict
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from cleaning.headlines import headline_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# The scripts that put no space between words: Thai, Lao, Burmese, Khmer, Han and kana. A word may end, and another
# begin, at any of their letters.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
UNSPACED_LETTER = re.compile(f"[{UNSPACED}]")
START = re.compile(f"(?<![^ {UNSPACED}])(?=[^ ])|(?=[{UNSPACED}])")
END = re.compile(f"(?![^ {UNSPACED}])|(?<=[{UNSPACED}])")
BUCKET = 2  # characters that a phrase is looked up by; none is shorter


def phrases(kind: str) -> frozenset[str]:
    """The phrases of a kind in all languages, as headline keys."""
    return _all()[kind]


def opens_with(kind: str, key: str) -> str | None:
    """The longest phrase that a headline key begins with, as whole words."""
    return _phrase_at(kind, key, 0)


def holds(kind: str, key: str) -> str | None:
    """The first phrase that stands in a headline key as whole words, the longest of those that begin there."""
    return next((phrase for at in _starts(kind, key) if (phrase := _phrase_at(kind, key, at))), None)


def _starts(kind: str, key: str) -> Iterator[int]:
    """Where in a headline key a phrase of the kind may begin."""
    if UNSPACED_LETTER.search(key):
        yield from (start.start() for start in START.finditer(key))
        return
    at, first_words = 0, _first_words(kind)
    for word in key.split(" "):
        if word in first_words:
            yield at
        at += len(word) + 1


def after(text: str, phrase: str) -> str:
    """What follows in a text whose headline key begins with this phrase."""
    end = next((end for end in range(1, len(text)) if headline_key(text[:end]) == phrase), len(text))
    while end < len(text) and unicodedata.category(text[end]).startswith("M"):  # marks of the phrase's last letter
        end += 1
    return text[end:]


def _phrase_at(kind: str, key: str, at: int) -> str | None:
    for phrase in _buckets(kind).get(key[at : at + BUCKET], ()):
        if key.startswith(phrase, at) and END.match(key, at + len(phrase)):
            return phrase
    return None


@cache
def _first_words(kind: str) -> frozenset[str]:
    return frozenset(phrase.partition(" ")[0] for phrase in phrases(kind))


@cache
def _buckets(kind: str) -> Mapping[str, Sequence[str]]:
    """The phrases of a kind by their first characters, the longest first."""
    buckets: dict[str, list[str]] = defaultdict(list)
    for phrase in sorted(phrases(kind), key=lambda phrase: (-len(phrase), phrase)):
        buckets[phrase[:BUCKET]].append(phrase)
    return dict(buckets)


@cache
def _all() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for file in files(__package__).iterdir():
        if file.name.endswith(".toml"):
            for kind, entries in tomllib.loads(file.read_text("utf-8")).items():
                found[kind].update(map(headline_key, entries))
    return {kind: frozenset(entries) for kind, entries in found.items()}
