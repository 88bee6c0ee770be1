from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleaning.clean import clean
from cleaning.records.article import Article
from cleaning.records.block import BlockKind
from cleaning.records.given import Page

if TYPE_CHECKING:
    from collections.abc import Callable

SCRIPT = "<script type='application/ld+json'>"
HOSTILE = {
    "nothing": "",
    "white space": " \n\t ",
    "no markup": "just words",
    "binary": "".join(map(chr, range(256))) * 50,
    "NUL": "<html><body><p>A\0B</p></body></html>",
    "a lone surrogate": "<html><body><p>A\ud800B \udfff</p></body></html>",
    "a comment only": "<!-- nothing -->",
    "frames only": "<html><frameset><frame src='a'><frame src='b'></frameset></html>",
    "20,000 nested elements": "<html><body>" + "<div>" * 20_000 + "<p>deep</p>" + "</div>" * 20_000,
    "20,000 nested inline elements": "<html><body><p>" + "<b><i>" * 10_000 + "deep",
    "5 MB in one line": "<html><body><p>" + "word " * 1_000_000 + "</p></body></html>",
    "5 MB without a space": "<html><body><p>" + "x" * 5_000_000 + "</p></body></html>",
    "an unclosed tag": "<html><body><p>text <a href='",
    "a declared encoding": "<?xml version='1.0' encoding='utf-16'?><html><body><p>Grüße</p></body></html>",
    "a feed": "<?xml version='1.0'?><rss><channel><item><title>A</title></item></channel></rss>",
    "broken JSON-LD": f"<html>{SCRIPT}{{'a':</script><body><p>text</p></body></html>",
    "odd JSON-LD": f'<html>{SCRIPT}[[1, null, {{"@type": [3]}}], "x"]</script></html>',
    "deep JSON-LD": f"<html>{SCRIPT}{'[' * 100_000}</script><body><p>text</p></body></html>",
    "odd values": (
        f'<html>{SCRIPT}{{"@type": "NewsArticle", "headline": 3, "author": [null, {{"name": {{"name": 1}}}}],'
        ' "datePublished": ["x", 0], "image": [[]], "keywords": {}, "publisher": 7}</script></html>'
    ),
    "bad addresses": (
        "<html><head><base href='http://['><link rel=canonical href='http://[::'></head><p><a href='//['>x y z</a>"
    ),
    "our own symbols": "<html><body><p>\U0001d000\U0001d001 and \U0001d0f5\U0001d0f5\U0001d000 text</p></body></html>",
}


@pytest.mark.parametrize("html", HOSTILE.values(), ids=HOSTILE)
def test_no_page_raises(html: str) -> None:
    article = clean(Page("http://a.example/b", html))
    assert isinstance(article, Article)
    assert article.rejected != "cleaner-error"
    article.text.encode()


def test_an_invalid_address_does_not_raise() -> None:
    assert clean(Page("http://[", "<html><body><p>text</p></body></html>")).rejected == "too-short"


PIECES = st.sampled_from(
    ["<p>", "</p>", "<a href='/x'>", "</a>", "<br>", "<h1>", "</h1>", "<ul><li>", "</ul>", "<table><tr><td>", "<pre>",
     "</table>", "<blockquote>", "<div class='share'>", "</div>", "&lt;", "&#0;", "See also ", "\n", "© 2024 "]
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES | st.text(max_size=60), max_size=40))
def test_every_block_is_kept_or_cut_and_the_result_is_repeatable(parts: list[str]) -> None:
    page = Page("http://a.example/b", "<html><body>" + "".join(parts))
    article = clean(page)
    assert article == clean(page)
    assert article.rejected != "cleaner-error"
    assert [block.text for block in article.blocks if block.is_kept] == (
        article.text.split("\n") if article.text else []
    )
    assert all(block.rule and block.evidence for block in article.removed)
    assert all(0 <= block.link_share <= 1 for block in article.blocks)


def test_the_same_page_gives_the_same_article_whatever_was_cleaned_before(news_page: Any) -> None:
    page = Page("https://www.harbour-post.example/a", news_page.html())
    first = clean(page)
    for html in HOSTILE.values():
        if len(html) < 100_000:
            clean(Page("http://other.example/", html))
    assert clean(page) == first


def test_an_article_has_its_metadata(clean_page: Callable[..., Article], news_page: Any) -> None:
    head = (
        "<meta property='article:published_time' content='2024-05-16T23:40:00+02:00'>"
        "<meta property='article:modified_time' content='2024-05-17'>"
        "<link rel='canonical' href='/2024/05/16/ferry?utm_source=x'>"
        "<meta name='author' content='By Anna Berg and Tom Hale'><meta property='og:image' content='/ferry.jpg'>"
        "<meta name='description' content='The boat is back.'><meta name='keywords' content='harbour, ferry'>"
    )
    article = clean_page(head=head)
    assert article.title == news_page.headline
    assert article.published_at == datetime(2024, 5, 16, 21, 40, tzinfo=UTC)
    assert article.modified_at == datetime(2024, 5, 17, tzinfo=UTC)
    assert article.canonical_url == "https://www.harbour-post.example/2024/05/16/ferry"
    assert article.authors == ("Anna Berg", "Tom Hale")
    assert article.image == "https://www.harbour-post.example/ferry.jpg"
    assert (article.description, article.tags) == ("The boat is back.", ("harbour", "ferry"))
    assert (article.site_name, article.language) == ("Harbour Post", "en")
    assert article.headline_key == "night ferry to orrow will run again from the first of june"
    assert article.rejected is None


def test_blocks_have_kind_links_and_path(clean_page: Callable[..., Article]) -> None:
    listed = "<ul><li>One plate of <a href='/forty'>forty</a> was replaced.</li></ul>"
    middle = f"<h2>A list</h2>{listed}<blockquote>Never again.</blockquote>"
    blocks = {block.text: block for block in clean_page(middle=middle).blocks}
    item = blocks["One plate of forty was replaced."]
    assert item.kind is BlockKind.ITEM
    assert item.links == ("https://www.harbour-post.example/forty",)
    assert 0.1 < item.link_share < 0.3
    assert item.path == "main > article > div.text > ul > li"
    assert blocks["A list"].kind is BlockKind.HEADING
    assert blocks["Never again."].kind is BlockKind.QUOTE


def test_a_table_of_results_is_kept_row_by_row(clean_page: Callable[..., Article]) -> None:
    rows = "".join(f"<tr><td>Frame {frame}</td><td>{frame / 2} mm</td></tr>" for frame in range(4, 9))
    article = clean_page(middle=f"<table>{rows}</table>")
    assert "Frame 4 | 2.0 mm" in article.text.split("\n")
    assert "Frame 8 | 4.0 mm" in article.text.split("\n")
