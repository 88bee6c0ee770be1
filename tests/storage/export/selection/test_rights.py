"""The articles that `--rights` selects, on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Engine, select

from cleaning.errors import BadArgument
from storage.database.engine import open_for_reading
from storage.export.option_words import RIGHTS_WORDS
from storage.export.selection.rights import build_rights_conditions
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


def select_ids(engine: Engine, *words: str) -> set[str]:
    with open_for_reading(engine) as connection:
        return set(connection.scalars(select(StoredArticle.id).where(*build_rights_conditions(words))))


def test_each_word_selects_what_it_states(engine: Engine, give_articles: GiveArticles) -> None:
    give_articles(engine, ({"id": f"{name:.16}"} | row for name, row in ARTICLES.items()))
    every = {f"{name:.16}" for name in ARTICLES}
    for word, left_out in EXPECTED.items():
        assert every - select_ids(engine, word) == left_out, word
    assert select_ids(engine, "licensed") == {"all-rights", "commons"}
    assert select_ids(engine, "creative-commons") == select_ids(engine, "free") == {"commons"}
    assert select_ids(engine) == every
    both = select_ids(engine, "no-ai-refusal", "no-tdm-reservation", "no-ai-refusal")
    assert both == every - EXPECTED["no-ai-refusal"] - EXPECTED["no-tdm-reservation"]


def test_every_word_is_documented_and_an_unknown_one_is_refused() -> None:
    assert all(build_rights_conditions([word]) for word in RIGHTS_WORDS)
    with pytest.raises(BadArgument, match="unknown value 'open'; choose from: no-tdm-reservation"):
        build_rights_conditions(["open"])
