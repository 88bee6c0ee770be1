"""What `--rights` lets through, on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Engine, select

from cleaning.errors import BadArgument
from storage.database import reading
from storage.export.rights import WORDS, conditions
from storage.models import StoredArticle

if TYPE_CHECKING:
    from conftest import GiveArticles

ASKED: dict[str, Any] = {"ai_refused": [], "robots": [], "usage": []}
ARTICLES: dict[str, dict[str, Any]] = {
    "nobody-asked": {},
    "asked": ASKED,
    "granted": ASKED | {"tdm_reserved": False, "usage": ["train-ai=y", "search=n"]},
    "reserved": ASKED | {"tdm_reserved": True},
    "mining": ASKED | {"usage": ["search=y", "tdm=n"]},
    "training": ASKED | {"usage": ["train-ai=n"]},
    "agents": ASKED | {"ai_refused": ["gptbot"]},
    "noai": ASKED | {"robots": ["max-snippet:-1", "noai"]},
    "nearly-noai": ASKED | {"robots": ["noaim", "xnoai"], "usage": ["xtrain-ai=n"]},
    "noarchive": ASKED | {"robots": ["noarchive"]},
    "all-rights": ASKED | {"licence": "All rights reserved", "free": False},
    "commons": ASKED | {"licence": "https://CreativeCommons.org/licenses/by/4.0/", "free": True},
}
EXPECTED = {
    "no-tdm-reservation": {"nobody-asked", "reserved", "mining"},
    "no-ai-refusal": {"nobody-asked", "mining", "training", "agents", "noai"},
    "no-noarchive": {"noarchive"},
}  # which each word leaves out


def let_through(engine: Engine, *words: str) -> set[str]:
    with reading(engine) as connection:
        return set(connection.scalars(select(StoredArticle.id).where(*conditions(words))))


def test_each_word_lets_through_what_it_says(engine: Engine, give_articles: GiveArticles) -> None:
    give_articles(engine, ({"id": f"{name:.16}"} | row for name, row in ARTICLES.items()))
    every = {f"{name:.16}" for name in ARTICLES}
    for word, left_out in EXPECTED.items():
        assert every - let_through(engine, word) == left_out, word
    assert let_through(engine, "licensed") == {"all-rights", "commons"}
    assert let_through(engine, "creative-commons") == let_through(engine, "free") == {"commons"}
    assert let_through(engine) == every
    both = let_through(engine, "no-ai-refusal", "no-tdm-reservation", "no-ai-refusal")
    assert both == every - EXPECTED["no-ai-refusal"] - EXPECTED["no-tdm-reservation"]


def test_every_word_has_a_meaning_and_another_is_refused_by_name() -> None:
    assert all(conditions([word]) for word in WORDS)
    with pytest.raises(BadArgument, match="no word 'open'; there are: no-tdm-reservation"):
        conditions(["open"])
