"""A night is measured: what the sources listed, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from crawling import Store, run_scrapy
from nights import let_a_night_pass
from servers.real_web.day_paper import EMPTY, FORBIDDEN, MISSING, DayPaper

ARTICLES = 40


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DayPaper, Store, dict[str, Any], str]]:
    data = tmp_path_factory.mktemp("completeness") / "data"
    with DayPaper(ARTICLES, 0.7, 0.6) as paper:
        run_scrapy("crawl", "articles", "-a", f"url={paper.url}/", data=data)
        shown = run_scrapy("sites", "nights", "--json", data=data)
        assert shown.returncode == 0, shown.stderr
        let_a_night_pass(data)
        run_scrapy("crawl", "articles", "-a", f"url={paper.url}/", data=data)
        table = run_scrapy("sites", "nights", "--limit", "1", data=data)
        assert table.returncode == 0, table.stderr
        yield paper, Store(data), json.loads(shown.stdout)["nights"][0], table.stdout


def test_every_listed_article_has_an_outcome(nights: tuple[DayPaper, Store, dict[str, Any], str]) -> None:
    paper, _, night, _ = nights
    fates = [paper.fates.get(path) for path in paper.listed]
    assert night["listed"] == len(paper.listed) == sum(night["outcomes"].values())
    assert night["outcomes"] == {
        "stored": fates.count(None),
        "failed/http-404": fates.count(MISSING),
        "rejected/too-short": fates.count(EMPTY),
        "refused/robots": fates.count(FORBIDDEN),
    }
    assert night["share"] == round(fates.count(None) / len(fates), 4)


def test_the_sources_are_told_apart(nights: tuple[DayPaper, Store, dict[str, Any], str]) -> None:
    paper, _, night, _ = nights
    assert night["listed_by"] == {"front-page": len(paper.lists[0]), "feed": len(paper.lists[1])}


def test_what_no_source_lists_is_estimated(nights: tuple[DayPaper, Store, dict[str, Any], str]) -> None:
    paper, _, night, _ = nights
    estimate = night["estimate"]
    assert len(paper.listed) <= estimate["low"] <= ARTICLES <= estimate["high"]


def test_the_next_night_does_not_count_the_articles_of_the_day_before(
    nights: tuple[DayPaper, Store, dict[str, Any], str],
) -> None:
    paper, store, _, table = nights
    assert len(store.texts()) > 0
    assert paper.name in table
    assert " 0 " in table.splitlines()[-1]
