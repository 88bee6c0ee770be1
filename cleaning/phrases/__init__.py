"""Cue phrases: data, a file a language, beside this module.

A phrase never decides alone: the rules that know phrases ask for form, place or links beside it. All languages are
known at once: a page is judged before its language is, and pages mix them.

    see_also     opens a line that points to another article of the site ("See also", "Lesen Sie auch")
    more         the same, but opens sentences too ("Related", "More on"): needs a link beside it
    form         what a comment form says and nothing else does, as the beginning of a block
    form_label   what stands over its fields, as a whole block
    act          asks the reader to sign up, subscribe, follow or donate, anywhere in a block
    share        the words of a share bar, as a whole block
    rights       copyright lines, anywhere in a block
    error        opens the title of an error page
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from cleaning.headlines import headline_key


@cache
def phrases(kind: str) -> frozenset[str]:
    """The phrases of a kind in all languages, as headline keys."""
    found: set[str] = set()
    for file in files(__package__).iterdir():
        if file.name.endswith(".toml"):
            found.update(map(headline_key, tomllib.loads(file.read_text("utf-8")).get(kind, ())))
    return frozenset(found)


@cache
def _opening(kind: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{_alternatives(kind)})(?!\w)")


@cache
def _anywhere(kind: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_alternatives(kind)})(?!\w)")


def opens_with(kind: str, key: str) -> str | None:
    """The phrase that a headline key begins with."""
    match = _opening(kind).match(key)
    return match[0] if match else None


def holds(kind: str, key: str) -> str | None:
    """A phrase that stands in a headline key as whole words."""
    match = _anywhere(kind).search(key)
    return match[0] if match else None


def _alternatives(kind: str) -> str:
    return "|".join(map(re.escape, sorted(phrases(kind), key=lambda phrase: (-len(phrase), phrase))))
