"""Turns the words of `--rights` into SQL conditions on what was reserved when an article was fetched.

Some words demand that the rights were checked. They leave out every article without a check: an article from a foreign
archive, or from before rights were checked, has no `ai_refused`, and a right that was not checked is not granted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, func, not_, or_

from cleaning.errors import BadArgument
from storage.export.option_words import RIGHTS_WORDS
from storage.models import StoredArticle

# Preferences that keep content from AI, in the words of draft-ietf-aipref-vocab (all its versions) and of
# Content-Signal; "tdm" and "bots" of early versions include everything.
_NO_MINING = ("tdm=n", "bots=n", "all=n")
_NO_AI = (
    *_NO_MINING,
    *("ai=n", "train-ai=n", "genai=n", "train-genai=n", "ai-output=n", "ai-use=n"),
    *("ai-train=no", "ai-input=no", "ai-train=n", "ai-input=n", "train-ai=no"),
)

_WAS_CHECKED = StoredArticle.ai_refused.is_not(None)

_CONDITIONS: dict[str, Callable[[], ColumnElement[bool]]] = {
    "no-tdm-reservation": lambda: and_(
        _WAS_CHECKED,
        or_(StoredArticle.tdm_reserved.is_(None), StoredArticle.tdm_reserved.is_(False)),
        _contains_none(StoredArticle.usage, _NO_MINING),
    ),
    "no-ai-refusal": lambda: and_(
        _WAS_CHECKED,
        _cast_to_text(StoredArticle.ai_refused) == "[]",
        _contains_none(StoredArticle.usage, _NO_AI),
        _contains_none(StoredArticle.robots, ("noai", "noimageai")),
    ),
    "no-noarchive": lambda: _contains_none(StoredArticle.robots, ("noarchive",)),
    "licensed": lambda: StoredArticle.licence.is_not(None),
    "creative-commons": lambda: func.lower(StoredArticle.licence).contains("creativecommons.org/"),
    "free": lambda: StoredArticle.free.is_(True),
}


def build_rights_conditions(words: Sequence[str]) -> list[ColumnElement[bool]]:
    """Return the conditions that all of these words demand of an article. Raise `BadArgument` for an unknown word."""
    for word in words:
        if word not in RIGHTS_WORDS:
            raise BadArgument(f"--rights: unknown value {word!r}; choose from: {', '.join(RIGHTS_WORDS)}")
    return [_CONDITIONS[word]() for word in sorted(set(words))]


def _contains_none(column: Any, words: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that the list in the column contains none of the words.

    SQLite and PostgreSQL share no way to query a JSON list. Both keep its text as it was written, with each word in
    quotation marks, and a word contains no unescaped quotation mark.
    """
    text = _cast_to_text(column)
    return and_(*(not_(text.contains(f'"{word}"', autoescape=True)) for word in words))


def _cast_to_text(column: Any) -> ColumnElement[str]:
    return cast(column, Text)
