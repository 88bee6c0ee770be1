"""Which pages get a second look, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cleaning.records.article import Article
from cleaning.records.block import Block
from crawler.storing.rechecks import plan_recheck
from storage.articles.saving import SaveResult
from storage.frontier.rechecks import NIGHT, Outlook, find_rest

NOW = datetime(2026, 11, 30, 23, tzinfo=UTC)
HOUR = timedelta(hours=1)
SHORT, LONG = "Some words. " * 20, "Some words of a story. " * 90


def plan(
    text: str,
    age: timedelta | None,
    saved: SaveResult = SaveResult.NEW,
    rejected: str | None = None,
    *,
    vain: int = 0,
) -> Outlook:
    article = Article(
        url="https://courier.example/a",
        title="A headline",
        blocks=(Block(text),) if text else (),
        language="en",
        published_at=None if age is None else NOW - age,
        rejected=rejected,
    )
    return plan_recheck(article, saved, vain=vain, fetched_at=NOW)


@pytest.mark.parametrize(
    ("text", "age", "again_after"),
    [
        (SHORT, HOUR, 4 * HOUR),
        (LONG, HOUR, 4 * HOUR),
        (SHORT, 5 * HOUR, NIGHT),
        (LONG, 5 * HOUR, timedelta(0)),
        (SHORT, 25 * HOUR, timedelta(0)),
        (SHORT, None, NIGHT),
        (LONG, None, timedelta(0)),
    ],
)
def test_what_is_young_or_short_is_looked_at_again(text: str, age: timedelta | None, again_after: timedelta) -> None:
    assert plan(text, age) == Outlook(again_after=again_after)


def test_a_short_text_of_dense_letters_is_long() -> None:
    assert plan("市议会决定修桥" * 60, 5 * HOUR).again_after == timedelta(0)


def test_an_undated_short_page_is_looked_at_again_once() -> None:
    assert plan(SHORT, None, SaveResult.UNCHANGED) == Outlook(is_in_vain=True)


@pytest.mark.parametrize("reason", ["too-short", "no-text", "not-html"])
def test_a_page_with_too_little_text_gets_one_more_look(reason: str) -> None:
    assert plan("", None, rejected=reason) == Outlook(is_in_vain=True, again_after=find_rest(1))
    assert plan("", None, SaveResult.UNCHANGED, reason, vain=1) == Outlook(is_in_vain=True)


def test_a_wall_is_tried_again_and_again() -> None:
    for vain in range(7):
        outlook = plan("", None, rejected="wall", vain=vain)
        assert outlook == Outlook(is_in_vain=True, again_after=find_rest(vain + 1))


def test_a_stored_article_that_answers_with_something_else_is_tried_again() -> None:
    assert plan("", None, SaveResult.KEPT_STORED, "too-short").again_after == find_rest(1)


def test_a_section_is_not_looked_at_again() -> None:
    assert plan("", None, rejected="section") == Outlook()


def test_what_a_page_fetched_again_brought_is_counted() -> None:
    assert plan(LONG, 40 * HOUR, SaveResult.UPDATED) == Outlook(is_changed=True)
    assert plan(LONG, 40 * HOUR, SaveResult.UNCHANGED) == Outlook(is_in_vain=True)
