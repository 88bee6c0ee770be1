"""Sanitising: any page is stored without an error, and equally on SQLite and PostgreSQL."""

# 37 of the forty
from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, Row, select

from cleaning.records.article import Article
from cleaning.records.block import Block
from cleaning.records.times import UNSTATED, get_stated_offset
from storage import runs
from storage.articles import saving
from storage.articles.sanitise import (
    MAX_ADDRESS_BYTES,
    MAX_CHARACTERS,
    MAX_KEY_BYTES,
    MAX_NAME_CHARACTERS,
    MAX_NAMES,
    sanitise_article,
)
from storage.articles.saving import SaveResult, has_same_blocks, has_same_text, load_stored_pages, make_article_id
from storage.models import StoredArticle

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PLAIN = Article(
    url="https://courier.example/a",
    title="Night ferry runs again",
    headline_key="night ferry runs again",
    authors=("Ada Quill",),
    published_at=NOON - timedelta(hours=4),
    canonical_url="https://courier.example/a",
    image="https://courier.example/a.jpg",
    description="From June.",
    tags=("harbour",),
    language="en",
    language_probability=0.99,
    blocks=(Block("Die Fähre fährt wieder — “sofort”.\u2028Zeile\tzwei 👩\u200d🔬", path="main > p", links=("/b",)),),
)
MILLION = "x" * 1_000_000
REFUSED = "a\x00b\ud800c\ufffed\U0001ffffe\x1b[31mf\x85g"  # of which "abcde[31mfg" is left
AHEAD = timezone(timedelta(hours=23, minutes=59))
YEAR_1, YEAR_9999 = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

HOSTILE = {
    "NUL": {"title": REFUSED, "authors": (REFUSED, "\x00"), "description": REFUSED, "headline_key": REFUSED},
    "NUL in blocks": {"blocks": (Block(REFUSED, path=REFUSED, links=(REFUSED,), rule="tail", evidence=REFUSED),)},
    "long title": {"title": MILLION, "headline_key": MILLION, "site_name": MILLION, "description": MILLION},
    "long key": {"headline_key": "".join(chr(0x4E00 + number % 20_000) for number in range(900))},
    "many authors": {"authors": tuple(f"Author {number}" for number in range(10_000)), "tags": (MILLION,) * 10_000},
    "long addresses": {"canonical_url": f"https://a.example/{MILLION}", "image": f"https://a.example/{MILLION}"},
    "scripts": {"canonical_url": "javascript:alert(1)", "image": "data:text/html,<script>alert(1)</script>"},
    "long words": {"page_kind": MILLION, "language": MILLION, "licence": MILLION, "published_raw": MILLION},
    "long path": {"blocks": (Block("text", path=MILLION, links=(MILLION, "/b"), rule="tail", evidence=MILLION),)},
    "year 9999": {"published_at": YEAR_9999, "modified_at": YEAR_9999.replace(tzinfo=timezone(-timedelta(hours=9)))},
    "year 1": {"published_at": YEAR_1, "modified_at": YEAR_1.replace(tzinfo=AHEAD)},
    "2099": {"published_at": datetime(2099, 1, 1, tzinfo=UTC), "published_raw": "1 January 2099"},
    "epoch": {"published_at": EPOCH, "modified_at": EPOCH.astimezone(timezone(timedelta(hours=2)))},
    "zone of nowhere": {"published_at": NOON.astimezone(AHEAD), "modified_at": NOON.replace(tzinfo=None)},
    "no number": {"language_probability": float("nan"), "blocks": (Block("text", link_share=float("inf")),)},
}
_HOSTILE_NAMES = {name: replace(PLAIN, **fields) for name, fields in HOSTILE.items()}  # type: ignore[arg-type]


def store(engine: Engine, *every: Article) -> dict[str, Row[Any]]:
    """Store articles in one transaction, and return the stored rows by url."""
    with engine.begin() as connection:
        run = runs.begin(connection, spider="articles", now=NOON)
        for article in every:
            kept = saving.save_article(connection, article, site="courier", run=run, fetched_at=NOON, location=None)
            assert kept is SaveResult.NEW
    with engine.connect() as connection:
        return {row.url: row for row in connection.execute(select(StoredArticle.__table__))}


def test_hostile_pages_are_stored_as_sanitised_on_every_database(engine: Engine) -> None:
    every = [
        replace(article, url=f"https://courier.example/{number}")
        for number, article in enumerate(_HOSTILE_NAMES.values())
    ]
    rows = store(engine, PLAIN, *every)
    assert rows[PLAIN.url].text == PLAIN.text
    for article in every:
        clean, row = sanitise_article(article, NOON), rows[article.url]
        assert row.canonical_url == (clean.canonical_url or article.url)
        for name in ("title", "site_name", "image", "description", "headline_key", "language", "text"):
            assert getattr(row, name) == getattr(clean, name), (article.url, name)
        for name in ("authors", "tags"):
            assert getattr(row, name) == list(getattr(clean, name))
        assert (row.published_at, row.modified_at) == (clean.published_at, clean.modified_at)
        assert (row.published_offset, row.published_raw) == (get_stated_offset(clean.published_at), clean.published_raw)
        with engine.begin() as connection:
            name = make_article_id(article.url)
            assert has_same_text(load_stored_pages(connection, [name])[name], clean)
            assert has_same_blocks(connection, name, clean)
            run = runs.begin(connection, spider="articles", now=NOON)
            again = saving.save_article(connection, article, site="courier", run=run, fetched_at=NOON, location=None)
            assert again is SaveResult.UNCHANGED


def test_an_ordinary_article_is_stored_as_it_is() -> None:
    assert sanitise_article(PLAIN, NOON) == PLAIN
    assert sanitise_article(PLAIN, NOON).limits_hit == ()


@pytest.mark.parametrize("article", _HOSTILE_NAMES.values(), ids=_HOSTILE_NAMES)
def test_sanitising_twice_changes_nothing(article: Article) -> None:
    once = sanitise_article(article, NOON)
    assert sanitise_article(once, NOON) == once
    assert sanitise_article(once, NOON).limits_hit == once.limits_hit


LIMITS = {
    "long title": {"title", "headline_key", "site_name", "description"},
    "many authors": {"authors", "tags"},
    "long addresses": {"canonical_url", "image"},
    "long words": {"page_kind", "language", "licence", "published_raw"},
    "long path": {"path", "links", "evidence"},
    "year 9999": {"published_at", "modified_at"},
    "2099": {"published_at"},
    "epoch": {"published_at", "modified_at"},
}


@pytest.mark.parametrize(("name", "limits"), LIMITS.items(), ids=LIMITS)
def test_each_limit_that_was_hit_is_named(name: str, limits: set[str]) -> None:
    assert set(sanitise_article(_HOSTILE_NAMES[name], NOON).limits_hit) == limits


def test_no_field_exceeds_its_limit() -> None:
    long = sanitise_article(replace(_HOSTILE_NAMES["long title"], authors=("x" * 900,) * 900), NOON)
    assert (len(long.title), len(long.description or "")) == (MAX_CHARACTERS["title"], MAX_CHARACTERS["description"])
    assert (len(long.authors), len(long.authors[0])) == (MAX_NAMES, MAX_NAME_CHARACTERS)
    assert len(sanitise_article(_HOSTILE_NAMES["long key"], NOON).headline_key.encode()) <= MAX_KEY_BYTES
    assert sanitise_article(_HOSTILE_NAMES["long addresses"], NOON).canonical_url is None
    longest = "https://a.example/".ljust(MAX_ADDRESS_BYTES, "x")
    assert sanitise_article(replace(PLAIN, canonical_url=longest), NOON).canonical_url == longest


def test_an_address_that_is_not_http_becomes_none() -> None:
    scripts = sanitise_article(_HOSTILE_NAMES["scripts"], NOON)
    assert (scripts.canonical_url, scripts.image) == (None, None)


WORDS = {
    "year 9999": "9999-12-31T23:59:59Z",
    "2099": "1 January 2099",
    "year 1": "0001-01-01T00:00:00Z",
    "epoch": "1970-01-01T00:00:00Z",
}


@pytest.mark.parametrize(("name", "raw"), WORDS.items(), ids=WORDS)
def test_an_impossible_time_becomes_none_and_its_text_is_kept(name: str, raw: str) -> None:
    clean = sanitise_article(_HOSTILE_NAMES[name], NOON)
    assert (clean.published_at, clean.published_raw) == (None, raw)


CENTURIES = [datetime(1605, 7, 1, tzinfo=UTC), datetime(1850, 7, 1, tzinfo=UTC), datetime(1970, 1, 2, tzinfo=UTC)]


@pytest.mark.parametrize("moment", [*CENTURIES, NOON + timedelta(hours=47)])
def test_a_newspaper_of_another_century_keeps_its_dates(moment: datetime) -> None:
    assert sanitise_article(replace(PLAIN, published_at=moment), NOON).published_at == moment


def test_an_impossible_time_zone_is_dropped_and_the_moment_stays() -> None:
    clean = sanitise_article(_HOSTILE_NAMES["zone of nowhere"], NOON)
    assert (clean.published_at, get_stated_offset(clean.published_at)) == (NOON, None)
    assert clean.modified_at == NOON.replace(tzinfo=UNSTATED)


@given(st.text(max_size=40), st.datetimes(timezones=st.timezones()), st.floats(), st.text(max_size=30))
def test_sanitising_any_article_is_idempotent(text: str, moment: datetime, number: float, address: str) -> None:
    article = Article(
        "https://a.example/", text, (Block(text, link_share=number, links=(text,)),), address, text, (text,), moment,
        tags=(text,), language_probability=number, headline_key=text, image=address, modified_at=moment,
    )  # fmt: skip
    once = sanitise_article(article, NOON)
    assert sanitise_article(once, NOON) == once
    assert b"\x00" not in once.text.encode()  # of which a lone surrogate would be none
    assert 0 <= once.language_probability <= 1
