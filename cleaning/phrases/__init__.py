"""Cue phrases: words that mark boilerplate, one TOML file per language beside this module.

A phrase alone never decides: the rules that use phrases also need a form, a position or links. All languages are used
at once: a page is cleaned before its language is known, and pages mix languages. The kinds of phrases:

    live         names a live blog, anywhere in a title or an address: needs entries, too
    see_also     begins a line that points to another article of the site ("See also", "Lesen Sie auch")
    more         the same, but begins sentences, too ("Related", "More on"): needs a link beside it
    form         begins a block of a comment form, and of nothing else
    form_label   a label of a field in a comment form, as a whole block
    act          asks the reader to sign up, subscribe, follow or donate, anywhere in a block
    access       says that access is being verified, or asks to leave the reader mode: a paywall's notice
    note         the label of a correction or a note of the editors, at its beginning ("Correction", "Editor's note")
    corrected    says that an article was changed ("an earlier version of this article"), anywhere in such a note
    share        the words of a share bar, as a whole block
    rights       the phrases of copyright lines and of a platform's notices, anywhere in a block
    cookie       the words without which nothing is a question for consent ("cookies", "consent")
    consent      tells readers that cookies are used, or asks them to consent ("we use cookies"): needs a form
    consent_button  a button of such a question, as a whole ("Accept all")
    by           begins a byline, and sentences, too ("By", "Von"): needs a position and a form
    error        begins the title of an error page

Phrases and texts are compared as headline keys: words without case, accents and punctuation.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import defaultdict
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from cleaning.page.headline_key import normalize_headline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

# The scripts that put no spaces between words: Thai, Lao, Burmese, Khmer, Han and kana. A word may begin or end at any
# of their letters.
UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
UNSPACED_LETTER = re.compile(f"[{UNSPACED}]")
START = re.compile(f"(?<![^ {UNSPACED}])(?=[^ ])|(?=[{UNSPACED}])")
END = re.compile(f"(?![^ {UNSPACED}])|(?<=[{UNSPACED}])")
PART_LABELS = ("see_also", "more", "form_label", "share")
BUCKET = 2  # characters by which a phrase is looked up; no phrase is shorter


def load_phrases(kind: str) -> frozenset[str]:
    """Return the phrases of a kind in all languages, as headline keys."""
    return _read_files()[kind]


@cache
def load_written(kind: str) -> tuple[str, ...]:
    """Return the phrases of a kind in all languages in small letters, as they are written, with their accents."""
    return tuple(sorted({phrase.casefold() for language in _parse_files() for phrase in language.get(kind, ())}))


def find_opening_phrase(kind: str, key: str) -> str | None:
    """Return the longest phrase with which a headline key begins, in whole words; None if there is none."""
    return _find_phrase_at(kind, key, 0)


@lru_cache(maxsize=4096)  # several parts of the cleaner ask for the same texts
def find_phrase(kind: str, key: str) -> str | None:
    """Return the first phrase in a headline key, in whole words, and the longest that begins there; or None."""
    starts: Iterable[int]
    if not key.isascii() and UNSPACED_LETTER.search(key):
        starts = (start.start() for start in START.finditer(key))
    else:
        starts = _find_beginnings(kind, key.split(" "))
    return next((phrase for at in starts if (phrase := _find_phrase_at(kind, key, at))), None)


def _find_beginnings(kind: str, words: Sequence[str]) -> Iterator[int]:
    """Yield the offsets of the first two words of a phrase in a text that has these words with one space between."""
    beginnings = _list_beginnings(kind)
    if beginnings.keys().isdisjoint(words):
        return
    at = before = 0  # the offset of a word, and its number
    for number in [number for number, word in enumerate(words) if word in beginnings]:
        at += sum(map(len, words[before:number])) + number - before
        before = number
        seconds = beginnings[words[number]]
        if seconds is None or not seconds.isdisjoint(words[number + 1 : number + 2]):
            yield at


def is_part_label(key: str) -> bool:
    """Return whether a heading labels a part of the page beside the article: "Related articles", "Share this story"."""
    return (
        any(key in load_phrases(kind) for kind in PART_LABELS)
        or find_opening_phrase("see_also", key) is not None
        or find_phrase("act", key) is not None
    )


def text_after_phrase(text: str, phrase: str) -> str:
    """Return the rest of a text whose headline key begins with this phrase."""
    end = next((end for end in range(1, len(text)) if normalize_headline(text[:end]) == phrase), len(text))
    while end < len(text) and unicodedata.category(text[end]).startswith("M"):  # marks of the phrase's last letter
        end += 1
    return text[end:]


def _find_phrase_at(kind: str, key: str, at: int) -> str | None:
    phrases = _group_by_beginning(kind).get(key[at : at + BUCKET])
    if phrases is None or not key.startswith(phrases, at):
        return None
    for phrase in phrases:
        if key.startswith(phrase, at) and END.match(key, at + len(phrase)):
            return phrase
    return None


@cache
def _list_beginnings(kind: str) -> Mapping[str, frozenset[str] | None]:
    """Return the second words of the phrases of a kind by the first; None where one is that word alone."""
    seconds: dict[str, set[str]] = defaultdict(set)
    for phrase in load_phrases(kind):
        first, *rest = phrase.split(" ")
        seconds[first].update(rest[:1] or [""])
    return {first: None if "" in found else frozenset(found) for first, found in seconds.items()}


@cache
def _group_by_beginning(kind: str) -> Mapping[str, tuple[str, ...]]:
    """Return the phrases of a kind by their first characters, the longest first."""
    buckets: dict[str, list[str]] = defaultdict(list)
    for phrase in sorted(load_phrases(kind), key=lambda phrase: (-len(phrase), phrase)):
        buckets[phrase[:BUCKET]].append(phrase)
    return {beginning: tuple(phrases) for beginning, phrases in buckets.items()}


@cache
def _read_files() -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for language in _parse_files():
        for kind, entries in language.items():
            found[kind].update(map(normalize_headline, entries))
    return {kind: frozenset(entries) for kind, entries in found.items()}


@cache
def _parse_files() -> tuple[dict[str, list[str]], ...]:
    names = (file for file in files(__package__).iterdir() if file.name.endswith(".toml"))
    return tuple(tomllib.loads(file.read_text("utf-8")) for file in names)
