"""The text of an article on several pages."""

from __future__ import annotations

from dataclasses import replace

import pytest
from live_pages import POSTS, make_plain
from servers.real_web.long_reads import FORMS, make_pager, make_part, part_path, part_texts

from cleaning.clean import clean
from cleaning.parts.join import covers, has_new_text, is_part_of, join_parts
from cleaning.records.article import Article
from cleaning.records.given import Page

HOST = "https://paper.org"
PATH = "/2026/11/a-long-read-of-the-harbour"
TITLE = "A long read of the harbour"


def make_pages(form: str = "query", titles: tuple[str, ...] = (TITLE,) * 3) -> list[Page]:
    pages = [
        Page(HOST + part_path(PATH, form, n), make_part(title, text, pager=make_pager(PATH, form, n, len(titles))))
        for n, (title, text) in enumerate(zip(titles, part_texts(PATH, len(titles)), strict=True), start=1)
    ]
    return [pages[0], *(replace(page, first_page=pages[0].url) for page in pages[1:])]


def clean_together(pages: list[Page]) -> Article:
    return clean(replace(pages[0], parts=tuple(pages[1:])))


@pytest.mark.parametrize("form", FORMS)
def test_all_parts_are_one_text_in_their_order(form: str) -> None:
    article = clean_together(make_pages(form))
    expected = [paragraph for part in part_texts(PATH, 3) for paragraph in part]
    lines = article.text.split("\n")
    assert [line for line in lines if line in expected] == expected
    assert (article.url, article.rejected) == (HOST + PATH, None)


def test_what_every_part_repeats_stands_once() -> None:
    article = clean_together(make_pages())
    lines = article.text.split("\n")
    assert len(lines) == len(set(lines))
    assert not any("Page 2 of 3" in line for line in lines)
    assert {"repeated_part"} <= {block.rule for block in article.removed}


def test_a_part_may_add_its_number_to_the_headline() -> None:
    first, part = (clean(page) for page in make_pages(titles=(TITLE, f"{TITLE} (page 2)")))
    assert is_part_of(first, part)


@pytest.mark.parametrize("title", ["Quite another story of the market", f"{TITLE} is sold to a baker"])
def test_another_headline_is_another_article(title: str) -> None:
    pages = make_pages(titles=(TITLE, title))
    first, other = (clean(page) for page in pages)
    assert not is_part_of(first, other)
    assert clean_together(pages).text == first.text


def test_a_series_of_equal_headlines_is_told_apart_by_its_dates() -> None:
    first, second = (clean(page) for page in make_pages(titles=(TITLE, TITLE)))
    assert is_part_of(first, second)
    day = clean(Page(HOST, '<meta property="article:published_time" content="2026-11-20T10:00:00Z"><p>x')).published_at
    later = clean(
        Page(HOST, '<meta property="article:published_time" content="2026-11-27T10:00:00Z"><p>x')
    ).published_at
    assert not is_part_of(replace(first, published_at=day), replace(second, published_at=later))


def test_the_article_on_one_page_takes_the_place_of_its_parts() -> None:
    pages = make_pages()
    text = [paragraph for part in part_texts(PATH, 3) for paragraph in part]
    whole = Page(f"{HOST}{PATH}?page=all", make_part(TITLE, text), first_page=pages[0].url)
    article = clean(replace(pages[0], parts=(whole, *pages[1:])))
    assert [line for line in article.text.split("\n") if line in text] == text
    assert covers(clean(pages[0]), clean(whole))
    assert not covers(clean(pages[0]), clean(pages[1]))


def test_a_site_that_answers_every_number_with_the_same_page_adds_nothing() -> None:
    first = clean(make_pages()[0])
    assert not has_new_text([first], first)


def test_a_later_part_alone_is_rejected() -> None:
    page = make_pages()[1]
    assert clean(replace(page, first_page=None)).rejected == "part"
    assert clean(page).rejected is None


def test_reading_with_observation_depends_on_all_parts() -> None:
    pages = make_pages()
    alone, together = clean(pages[0], observe=True), clean(replace(pages[0], parts=tuple(pages[1:])), observe=True)
    assert len(together.memory_dependency) > len(alone.memory_dependency)
    assert together.observation == alone.observation


def test_the_entries_of_a_live_blog_go_on_in_its_further_parts() -> None:
    newer, older = (
        clean(Page(f"{HOST}{PATH}?page={number}", make_plain(posts)))
        for number, posts in enumerate((POSTS, [post._replace(time=f"0{at}:10") for at, post in enumerate(POSTS)]), 1)
    )
    joined = join_parts(newer, [replace(older, rejected=None)])
    assert [entry.clock for entry in joined.entries] == [entry.clock for entry in (*newer.entries, *older.entries)]
    assert {block.entry for block in joined.blocks if block.entry is not None} == set(range(2 * len(POSTS)))
    assert joined.get_entry_text(4) == ""  # the same text as in the first part is cut, its line stays
