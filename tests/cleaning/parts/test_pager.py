"""Which links of a page are its pager."""

from __future__ import annotations

import pytest
from servers.paper import prose
from servers.real_web.long_reads import FORMS, make_pager, make_part, part_path

from cleaning.metadata.collect import read_metadata
from cleaning.page.parsing import parse_tree
from cleaning.parts.pager import find_pager
from cleaning.records.article import Article, Pager
from cleaning.records.given import Page

HOST = "https://paper.org"
PATH = "/2026/11/a-long-read-of-the-harbour"


def find(html: str, url: str = HOST + PATH, first: str | None = None) -> Pager | None:
    tree = parse_tree(html)
    assert tree is not None
    page = Page(url, html, first_page=first)
    draft: Article = read_metadata(tree, page).draft
    return find_pager(tree, page, draft)


def page_with(links: str, head: str = "") -> str:
    return make_part("A long read of the harbour", prose(PATH), pager=links, head=head)


@pytest.mark.parametrize("form", FORMS)
def test_a_row_of_numbers_names_the_other_pages(form: str) -> None:
    pager = find(page_with(make_pager(PATH, form, 1, 3)))
    assert pager is not None
    assert pager.number == 1
    assert pager.pages == tuple((number, HOST + part_path(PATH, form, number)) for number in (2, 3))


@pytest.mark.parametrize("form", FORMS)
def test_a_later_part_that_leads_back_knows_its_number_and_its_first_page(form: str) -> None:
    pager = find(page_with(make_pager(PATH, form, 2, 3)), HOST + part_path(PATH, form, 2))
    assert pager is not None
    assert (pager.number, pager.first) == (2, HOST + PATH)


@pytest.mark.parametrize(
    "link",
    [
        '<a href="?page=2">Weiterlesen →</a>',
        f'<a href="{PATH}/2/">Next page</a>',
        f'<a rel="next" href="{PATH}-2.html">Continue</a>',
        f'<a href="{HOST}{PATH}?currentPage=2">2</a>',
    ],
)
def test_a_link_to_the_next_page_is_enough(link: str) -> None:
    pager = find(page_with(link))
    assert pager is not None
    assert [number for number, _ in pager.pages] == [2]


def test_a_link_to_the_article_on_one_page() -> None:
    pager = find(page_with(f'<a href="{PATH}?page=2">2</a> <a href="{PATH}?page=all">Read on one page</a>'))
    assert pager is not None
    assert pager.whole == f"{HOST}{PATH}?page=all"


@pytest.mark.parametrize(
    "links",
    [
        '<a rel="next" href="/2026/11/another-story-of-the-day">Next article</a>',
        f'<div id="comments"><a href="{PATH}?page=2">2</a></div>',
        f'<a href="{PATH}?page=2#comments">2</a>',
        f'<a href="{PATH}/comment-page-2/">Older comments</a>',
        f'<a href="{PATH}?share=2">2</a>',
        f'<a href="/news/2">2</a> <a href="{PATH}">Here</a>',
        f'<a href="{PATH}-2">A second long read, of quite another harbour and its many boats, is here</a>',
    ],
)
def test_other_links_are_no_pager(links: str) -> None:
    assert find(page_with(links)) is None


@pytest.mark.parametrize("path", ["/2026/11/live/the-long-night-of-the-vote", "/fotostrecke/the-most-beautiful-boats"])
def test_live_blogs_and_galleries_have_no_parts(path: str) -> None:
    assert find(page_with(make_pager(path, "query", 1, 5)), HOST + path) is None


def test_an_article_whose_name_ends_in_a_number_is_no_part() -> None:
    """A newer story gets the name of an older one, with a number; its page links the older one."""
    links = f'<link rel="prev" href="{PATH}"><a href="{PATH}">The first long read of the harbour</a>'
    pager = find(page_with(links), f"{HOST}{PATH}-2")
    assert pager is None or pager.number == 1


def test_the_last_part_needs_no_link_where_its_article_is_known() -> None:
    assert find(page_with(""), f"{HOST}{PATH}-3.html", HOST + PATH) is None
    pager = find(page_with(f'<a rel="next" href="{PATH}-3.html">Next</a>'), f"{HOST}{PATH}-2.html", HOST + PATH)
    assert pager is not None
    assert (pager.number, pager.pages) == (2, ((3, f"{HOST}{PATH}-3.html"),))
