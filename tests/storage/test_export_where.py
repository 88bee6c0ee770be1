from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from cleaning.errors import BadArgument
from storage.database import reading
from storage.export.where import DEEPEST, LONGEST, parsed
from storage.models import StoredArticle

ARTICLES: list[dict[str, Any]] = [
    {
        "id": "a",
        "title": "Brücke öffnet",
        "words": 100,
        "authors": ["Ada Reed", "Ömer Şen"],
        "published_at": datetime(2026, 11, 1, 23, 59, 59, 999999, tzinfo=UTC),
        "modified_at": datetime(2026, 11, 2, tzinfo=UTC),
        "licence": "CC BY",
        "free": True,
        "tdm_reserved": True,
        "ai_refused": [],
    },
    {
        "id": "b",
        "title": "100% 'quoted' \\ _",
        "words": 300,
        "language": "de",
        "published_at": datetime(2026, 11, 2, tzinfo=UTC),
        "free": False,
        "tdm_reserved": False,
        "ai_refused": ["GPTBot"],
        "duplicate_of": "a",
        "duplicate_rule": "near-duplicate",
        "duplicate_share": 0.5,
    },
    {"id": "c", "title": "bridge", "words": 50},
]


@pytest.fixture
def store(engine: Engine, give_articles: Any) -> Engine:
    give_articles(engine, ARTICLES)
    return engine


def found(engine: Engine, text: str) -> str:
    with reading(engine) as connection:
        condition = parsed(text).condition(connection.dialect.name)
        return "".join(sorted(connection.scalars(select(StoredArticle.id).where(condition))))


def test_a_question_has_one_answer_on_every_database(store: Engine) -> None:
    answers = {
        "words >= 100": "ab",
        "100 <= words < 300": "a",
        "50 == words": "c",
        "words > 99.5 and words != 300": "a",
        "words > -1": "abc",
        "words < 9007199254740993": "abc",
        "language in ('de', 'fr')": "b",
        "language not in ['de']": "ac",
        "'br' in title": "c",  # small letters are not capital ones, here as in PostgreSQL
        "'Brü' in title": "a",
        "'%' in title or '_' in title": "b",
        "\"'quoted'\" in title": "b",
        r"'\\' in title": "b",
        "startswith(title, 'Br')": "a",
        "startswith(title, '%')": "",
        "'Ömer Şen' in authors": "a",
        "'Ada' in authors": "",
        "'Ada Reed' not in authors": "bc",
        "title in authors": "",
        "'GPTBot' in ai_refused": "b",
        "'GPTBot' not in ai_refused": "ac",
        "ai_refused is null": "c",
        "published_at == '2026-11-01'": "a",
        "published_at <= '2026-11-01'": "a",
        "published_at < '2026-11-02'": "a",
        "published_at > '2026-11-01'": "b",
        "published_at >= '2026-11-02T00:00Z'": "b",
        "published_at >= '2026-11-02T00:00:00+01:00'": "ab",
        "published_at != '2026-11-01'": "bc",
        "published_at is None": "c",
        "modified_at > published_at": "a",
        "licence == 'CC BY'": "a",
        "licence != 'CC BY'": "bc",
        "not licence == 'CC BY'": "bc",
        "licence is not null": "a",
        "free": "a",
        "not free": "bc",
        "free == false": "b",
        "tdm_reserved is null or tdm_reserved": "ac",
        "not (words > 60 or free) and true": "c",
        "story == 'a'": "ab",
        "duplicate_share >= 0.5": "b",
        "title > 'a'": "c",
        "false": "",
    }
    assert {text: found(store, text) for text in answers} == answers


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty; there are: == != <"),
        ("words > > 5", "this is no expression, at character 9"),
        ("wrods > 5", "there is no such field: 'wrods', at character 1; there are: .* words"),
        ("title == 'ü' and wrods > 5", "'wrods', at character 18"),
        ("words = 5", "this is no expression"),
        ("words", "words is neither true nor false"),
        ("words == 'five'", "words is a int64: \"'five'\", at character 10"),
        ("words == true", "words is a int64"),
        ("words < 99999999999999999999", "words is a int64"),
        ("duplicate_share < 1e999", "duplicate_share is a float64"),
        ("title == 5", "title is a string"),
        ("free > true", "it has no order"),
        ("authors == 'Ada'", "authors is a list: ask whether something is in it"),
        ("licence == null", "null is compared by `is`"),
        ("licence is 'x'", "`is` takes a field and null"),
        ("'x' in words", "words is neither a text nor a list"),
        ("words in title", "words is no text"),
        ("language in ()", "`in` takes a field or values"),
        ("published_at > 'yesterday'", "a time is written '2026-11-01'"),
        ("published_at > '2026-02-30'", "a time is written"),
        ("published_at > '0001-01-01T00:00+23:59'", "a time is written"),
        ("published_at > title", "are not of one kind"),
        ("5 > 3", "one of the two must be a field"),
        ("startswith(words, 'a')", "words is no text"),
        ("startswith(title)", "this is no condition"),
        ("title == 'a' 'b'[0]", "a value must stand here"),
        ("title == '\\x00'", "a character that no stored text has"),
        ("title == '\ud800'", "a character that no stored text has"),
        ("__import__('os').system('true')", "this is no condition"),
        ("(lambda: true)()", "this is no condition"),
        ("title.__class__", "this is no condition"),
        ("title == f'{words}'", "a value must stand here"),
        ("[x for x in title]", "this is no condition"),
        ("words == 1 + 1", "a value must stand here"),
        ("published_local == 'x'", "there is no such field"),
        ("true; DROP TABLE article", "this is no expression"),
        ("'" + "x" * LONGEST + "' in title", f"takes up to {LONGEST:,} characters"),
        ("not " * (DEEPEST + 1) + "free", f"more than {DEEPEST} expressions within one another"),
        ("(" * 900 + "free" + ")" * 900, "too deep|this is no expression"),
        ("-" * 1900 + "1 == words", "too deep|a value must stand here|this is no expression"),
    ],
)
def test_what_is_no_question_is_refused_with_its_place_and_what_there_is(text: str, message: str) -> None:
    with pytest.raises(BadArgument, match=message) as refused:
        parsed(text)
    assert str(refused.value).startswith("--where: ")


@given(st.text(st.sampled_from("abcdefwords title'\"()[]{}=<>!,.+-*/\\0159é\n\x00 andornotinis"), max_size=40))
def test_any_text_is_a_question_or_refused(text: str) -> None:
    with suppress(BadArgument):
        assert parsed(text).condition("postgresql") is not None


def test_what_is_asked_for_is_bound_and_never_part_of_the_statement() -> None:
    for dialect in ("sqlite", "postgresql"):
        for text in ("title == 'secret'", "'secret' in authors", "startswith(title, 'secret')", "'secret' in text"):
            assert "secret" not in str(parsed(text).condition(dialect))


@pytest.mark.parametrize(
    "text",
    ["words > 5 # at least\n and language == 'de'", "'of two\nlines' in text", "words > 5) or (words < 3", "free)#"],
)
def test_a_line_break_and_a_remark_change_nothing_of_what_is_asked(text: str) -> None:
    with pytest.raises(BadArgument, match="this is no expression"):
        parsed(text)


def test_a_question_may_stand_on_several_lines(store: Engine) -> None:
    assert found(store, "words >= 100\n  and title != 'No. #1'\n  and free  # by its page") == "a"


@pytest.mark.parametrize("time", ["20261130", "2026-W48-1", "2026-11", "20261130T08:00"])
def test_a_time_in_another_form_is_refused_and_not_taken_for_a_moment_of_its_day(time: str) -> None:
    with pytest.raises(BadArgument, match="a time is written '2026-11-01' or"):
        parsed(f"published_at <= '{time}'")
