"""Cleaning many pages from Python: order, memory, errors, and the ways in which a user starts Python."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cleaning import clean_html, clean_many
from cleaning.api.many_pages import MAX_WAITING

# As a user would write it: without `if __name__ == "__main__"`.
SCRIPT = """
from cleaning import clean_many
print("begin")
pages = ((f"https://paper.example/{number}", f"<p>Page {number}") for number in range(20))
for article in clean_many(pages, jobs=2):
    pass
print(article.text)
for article in clean_many([("https://paper.example/", b"<p>left early")] * 9):
    break
print(article.text)
"""


def make_pages(count: int) -> Iterator[tuple[str, str]]:
    return ((f"https://paper.example/{number}", f"<p>Page {number}") for number in range(count))


def test_articles_come_in_the_order_of_the_pages_and_are_those_of_clean_html(tmp_path: Path, news_page: Any) -> None:
    file = tmp_path / "page.html"
    file.write_text(news_page.html(), encoding="utf-8")
    given = [*make_pages(10), file, ("https://paper.example/last", news_page.html().encode())]
    found = list(clean_many(given, jobs=2))
    assert [article.text for article in found[:10]] == [f"Page {number}" for number in range(10)]
    assert found[10] == clean_html(news_page.html())
    assert found[11] == clean_html(news_page.html(), "https://paper.example/last")


def test_pages_are_read_as_articles_are_taken() -> None:
    read = 0

    def count() -> Iterator[tuple[str, str]]:
        nonlocal read
        for page in make_pages(1_000):
            read += 1
            yield page

    articles = clean_many(count(), jobs=2)
    assert read == 0
    for taken in range(1, 30):
        next(articles)
        assert read <= taken + 2 * MAX_WAITING + 1
    articles.close()  # type: ignore[attr-defined]  # a generator


def test_the_articles_before_an_item_that_is_no_page_come_first() -> None:
    articles = clean_many([*make_pages(2), 7])  # type: ignore[list-item]
    assert [next(articles).text, next(articles).text] == ["Page 0", "Page 1"]
    with pytest.raises(TypeError, match="a page must be a Page, a Path, or \\(url, html\\) as a tuple, got int"):
        next(articles)


def test_a_page_that_takes_too_long_costs_that_page_only() -> None:
    slow = "<p>" + "<div>x</div>" * 100_000
    found = list(clean_many([("https://paper.example/", slow), *make_pages(1)], deadline=1.0))
    assert [article.rejected for article in found] == ["cleaner-timeout", "too-short"]


@pytest.mark.parametrize(
    ("options", "error", "told"),
    [
        ({"jobs": 0}, ValueError, "jobs= must be at least 1, got 0"),
        ({"jobs": "2"}, TypeError, "jobs= must be a whole number, got str"),
        ({"deadline": 0}, ValueError, "deadline= must be a number of seconds above 0, got 0"),
        ({"site": {"paper.example": 3}}, TypeError, "site= must be a SiteMemory or the dict of them"),
        ({"pages": "<p>text"}, TypeError, "the pages must be an iterable of pages, got str"),
    ],
)
def test_arguments_that_make_no_sense_are_refused_at_once(options: Any, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        clean_many(**({"pages": []} | options))


@pytest.mark.parametrize("way", ["script", "module", "standard input", "interactive"])
def test_a_program_without_a_main_guard_is_run_once(way: str, tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(SCRIPT, encoding="utf-8")
    command = {"script": ["program.py"], "module": ["-m", "program"], "standard input": ["-"], "interactive": ["-iq"]}
    typed = {"standard input": SCRIPT, "interactive": "from program import *\n"}
    ran = subprocess.run(
        [sys.executable, *command[way]],
        cwd=tmp_path,
        input=typed.get(way, ""),
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    assert ran.stdout == "begin\nPage 19\nleft early\n"
    assert "Error" not in ran.stderr
