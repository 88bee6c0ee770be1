from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from cleaning.errors import BadArgument
from storage.database.engine import open_for_reading
from storage.export.selection.where import MAX_CHARACTERS, MAX_DEPTH, parse_where
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


def select_ids(engine: Engine, text: str) -> str:
    with open_for_reading(engine) as connection:
        condition = parse_where(text).make_condition(connection.dialect.name)
        return "".join(sorted(connection.scalars(select(StoredArticle.id).where(condition))))


def test_an_expression_selects_the_same_on_every_database(store: Engine) -> None:
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
        "ai_refused": "b",
        "not ai_refused": "ac",
        "authors and not ai_refused": "a",
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
    assert {text: select_ids(store, text) for text in answers} == answers


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the expression is empty; the section --where of docs/export.md"),
        ("words > > 5", "invalid expression, at character 9"),
        ("wrods > 5", r"unknown field \(did you mean words\?\): 'wrods', at character 1; the section --where"),
        ("title == 'ü' and wrods > 5", "'wrods', at character 18"),
        ("words = 5", "invalid expression"),
        ("words", "words is neither a boolean nor a list: compare it with a value"),
        ("words == 'five'", "words is of type int64: \"'five'\", at character 10"),
        ("words == true", "words is of type int64"),
        ("words < 99999999999999999999", "words is of type int64"),
        ("duplicate_share < 1e999", "duplicate_share is of type float64"),
        ("title == 5", "title is of type string"),
        ("free > true", "it has no order"),
        ("authors == 'Ada'", "authors is a list: use 'text' in authors"),
        ("licence == null", "use `is` to compare with null"),
        ("licence is 'x'", "`is` compares a field with null"),
        ("'x' in words", "words is neither a text nor a list"),
        ("words in title", "words is not a text"),
        ("language in ()", "`in` takes a field or values"),
        ("published_at > 'yesterday'", "write a time as '2026-11-01'"),
        ("published_at > '2026-02-30'", "write a time as"),
        ("published_at > '0001-01-01T00:00+23:59'", "write a time as"),
        ("published_at > title", "have different types"),
        ("5 > 3", "one side must be a field"),
        ("startswith(words, 'a')", "words is not a text"),
        ("startswith(title)", "this is not a condition"),
        ("title == 'a' 'b'[0]", "expected a value"),
        ("title == '\\x00'", "a character that no stored text has"),
        ("title == '\ud800'", "a character that no stored text has"),
        ("__import__('os').system('true')", "this is not a condition"),
        ("(lambda: true)()", "this is not a condition"),
        ("title.__class__", "this is not a condition"),
        ("title == f'{words}'", "expected a value"),
        ("[x for x in title]", "this is not a condition"),
        ("words == 1 + 1", "expected a value"),
        ("published_local == 'x'", "unknown field"),
        ("true; DROP TABLE article", "invalid expression"),
        ("'" + "x" * MAX_CHARACTERS + "' in title", f"at most {MAX_CHARACTERS:,} characters"),
        ("not " * (MAX_DEPTH + 1) + "free", f"more than {MAX_DEPTH} nested expressions"),
        ("(" * 900 + "free" + ")" * 900, "nested too deeply|invalid expression"),
        ("-" * 1900 + "1 == words", "nested too deeply|expected a value|invalid expression"),
    ],
)
def test_an_invalid_expression_is_refused_with_its_position_and_the_syntax(text: str, message: str) -> None:
    with pytest.raises(BadArgument, match=message) as refused:
        parse_where(text)
    assert str(refused.value).startswith("--where: ")


@given(st.text(st.sampled_from("abcdefwords title'\"()[]{}=<>!,.+-*/\\0159é\n\x00 andornotinis"), max_size=40))
def test_any_text_is_a_valid_expression_or_refused(text: str) -> None:
    with suppress(BadArgument):
        assert parse_where(text).make_condition("postgresql") is not None


def test_values_are_bound_and_never_part_of_the_statement() -> None:
    for dialect in ("sqlite", "postgresql"):
        for text in ("title == 'secret'", "'secret' in authors", "startswith(title, 'secret')", "'secret' in text"):
            assert "secret" not in str(parse_where(text).make_condition(dialect))


@pytest.mark.parametrize(
    "text",
    ["words > 5 # at least\n and language == 'de'", "'of two\nlines' in text", "words > 5) or (words < 3", "free)#"],
)
def test_a_line_break_or_a_comment_never_changes_the_meaning(text: str) -> None:
    with pytest.raises(BadArgument, match="invalid expression"):
        parse_where(text)


def test_an_expression_may_have_several_lines(store: Engine) -> None:
    assert select_ids(store, "words >= 100\n  and title != 'No. #1'\n  and free  # by its page") == "a"


@pytest.mark.parametrize("time", ["20261130", "2026-W48-1", "2026-11", "20261130T08:00"])
def test_a_time_in_another_form_is_refused_and_not_taken_for_midnight(time: str) -> None:
    with pytest.raises(BadArgument, match="write a time as '2026-11-01' or"):
        parse_where(f"published_at <= '{time}'")
