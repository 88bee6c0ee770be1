"""Words of `--rights`: which articles may be in a release, by what was reserved when they were fetched.

A word that demands an answer leaves out every article of which nobody asked: one out of an archive of others, or from
before rights were looked at, has no `ai_refused` at all, and what was not asked for was not granted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, func, not_, or_

from cleaning.errors import BadArgument
from storage.models import StoredArticle

# Preferences that keep content from AI, in the words of draft-ietf-aipref-vocab (all its versions) and of
# Content-Signal; "tdm" and "bots" of early versions take in everything.
_NO_MINING = ("tdm=n", "bots=n", "all=n")
_NO_AI = (
    *_NO_MINING,
    *("ai=n", "train-ai=n", "genai=n", "train-genai=n", "ai-output=n", "ai-use=n"),
    *("ai-train=no", "ai-input=no", "ai-train=n", "ai-input=n", "train-ai=no"),
)

_looked = StoredArticle.ai_refused.is_not(None)

WORDS: dict[str, str] = {
    "no-tdm-reservation": "text and data mining is not reserved by page, headers, tdmrep.json or robots.txt, "
    "and the site was asked",
    "no-ai-refusal": "robots.txt keeps no AI agent away, no preference is against AI, no tag says noai or noimageai, "
    "and the site was asked",
    "no-noarchive": "no robots tag says noarchive",
    "licensed": "the page declares a licence, whichever",
    "creative-commons": "the page declares a licence of Creative Commons, or the public domain by it",
    "free": "the page itself says that it may be read without paying",
}

_CONDITIONS: dict[str, Callable[[], ColumnElement[bool]]] = {
    "no-tdm-reservation": lambda: and_(
        _looked,
        or_(StoredArticle.tdm_reserved.is_(None), StoredArticle.tdm_reserved.is_(False)),
        _without(StoredArticle.usage, _NO_MINING),
    ),
    "no-ai-refusal": lambda: and_(
        _looked,
        _as_text(StoredArticle.ai_refused) == "[]",
        _without(StoredArticle.usage, _NO_AI),
        _without(StoredArticle.robots, ("noai", "noimageai")),
    ),
    "no-noarchive": lambda: _without(StoredArticle.robots, ("noarchive",)),
    "licensed": lambda: StoredArticle.licence.is_not(None),
    "creative-commons": lambda: func.lower(StoredArticle.licence).contains("creativecommons.org/"),
    "free": lambda: StoredArticle.free.is_(True),
}


def conditions(words: Sequence[str]) -> list[ColumnElement[bool]]:
    """What must hold of a stored article for all of these words; `BadArgument` for one that there is not."""
    for word in words:
        if word not in WORDS:
            raise BadArgument(f"--rights: there is no word {word!r}; there are: {', '.join(WORDS)}")
    return [_CONDITIONS[word]() for word in sorted(set(words))]


def _without(column: Any, words: Sequence[str]) -> ColumnElement[bool]:
    """None of the words stands in the list that the column holds.

    Neither database can look into it in a way that the other can. As text both have it as it was written, each word in
    quotation marks, which stand within no word unescaped.
    """
    text = _as_text(column)
    return and_(*(not_(text.contains(f'"{word}"', autoescape=True)) for word in words))


def _as_text(column: Any) -> ColumnElement[str]:
    return cast(column, Text)
