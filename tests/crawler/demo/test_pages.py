"""The pages of the demo newspapers: well formed, with the same things around the text as real pages."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import pytest
import trafilatura
from lxml import html

from crawler.demo.gold import list_gold_articles
from crawler.demo.pages import DemoSite
from crawler.demo.papers import PAPERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crawler.demo.gold import GoldArticle

SITES = {paper.name: DemoSite(paper, f"http://127.0.0.1:{28731 + index}") for index, paper in enumerate(PAPERS)}
STORIES = [story for paper in PAPERS for story in paper.stories]
GOLD = list_gold_articles()
ARTICLES = [record for record in GOLD if record.rejected is None]
SEE_ALSO = {"courier": "See also", "gazette": "See also:", "anzeiger": "Lesen Sie auch:", "faros": "Διαβάστε επίσης:"}


def page(site: str, path: str) -> str:
    reply = SITES[site].get_reply(path)
    assert reply.status == 200, path
    return reply.body.decode(SITES[site].paper.charset)


def html_pages(site: str) -> Iterator[tuple[str, str]]:
    for path, reply in SITES[site].replies.items():
        if reply.content_type.startswith("text/html"):
            yield path, reply.body.decode(SITES[site].paper.charset)


def source(record: GoldArticle) -> str:
    return page(record.site, record.path)


def tree(text: str) -> html.HtmlElement:
    """Parse a page, ignoring the charset that it declares."""
    return html.fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8"))


def label(record: GoldArticle) -> str:
    return f"{record.site} {record.path}"


class Balance(HTMLParser):
    """Records every end tag that does not close the open element."""

    VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.feed(text)
        self.close()
        self.faults += [f"<{tag}> is never closed" for tag in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> in line {self.getpos()[0]}")


@pytest.mark.parametrize("site", SITES)
def test_every_page_is_well_formed(site: str) -> None:
    for path, text in html_pages(site):
        assert Balance(text).faults == [], path
        assert len(tree(text).findall(".//h1")) == 1, path


@pytest.mark.parametrize("record", ARTICLES, ids=label)
def test_the_gold_text_can_be_found_in_its_page(record: GoldArticle) -> None:
    found = trafilatura.extract(source(record), include_comments=False) or ""
    lines = {line.strip("|- ") for line in found.split("\n")}
    assert [line for line in record.text.split("\n") if line.strip("- ") not in lines] == []


@pytest.mark.parametrize("site", SITES)
def test_every_link_leads_to_a_page_of_the_site_or_to_the_one_host_that_must_not_be_asked(site: str) -> None:
    answers = SITES[site]
    others = 0
    for path, text in html_pages(site):
        for element, _, target, _ in tree(text).iterlinks():
            if element.tag == "form" or target.startswith(("mailto:", "javascript:")):
                continue
            parts = urlsplit(urljoin(answers.base + path, target))
            if parts.netloc == "www.example.org":
                others += 1
                continue
            assert f"{parts.scheme}://{parts.netloc}" == answers.base, (path, target)
            assert answers.get_reply(parts._replace(scheme="", netloc="").geturl()).status == 200, (path, target)
    assert others > 0


def test_the_things_around_the_text_of_real_pages_are_there() -> None:
    pages = {site: [source(record) for record in ARTICLES if record.site == site] for site in SITES}
    for word, sites in {
        "Leave a Reply": ("courier", "gazette"),
        "Your email address will not be published.": ("courier", "gazette"),
        'id="respond"': ("courier",),
        "Αφήστε ένα σχόλιο": ("faros",),
        "Kommentar schreiben": ("anzeiger",),
        "cookie": ("courier", "gazette", "faros"),
        "Cookies": ("anzeiger",),
        "ewsletter": ("courier", "gazette", "anzeiger"),
        "Ενημερωτικό δελτίο": ("faros",),
        "related-posts": ("courier",),
        "More from the vale": ("gazette",),
        "Mehr zum Thema": ("anzeiger",),
        "Σχετικά άρθρα": ("faros",),
        "share": ("courier", "anzeiger", "faros"),
        "author-box": ("courier",),
        "author-card": ("anzeiger",),
        "figcaption": ("courier", "anzeiger"),
    }.items():
        for site in sites:
            with_it = sum(word in text for text in pages[site])
            assert with_it >= 3, (word, site)
    assert all("©" in text or "&copy;" in text for texts in pages.values() for text in texts)
    assert all("<article" not in text and 'class="' not in text for text in pages["gazette"])


def test_see_also_lines_are_within_the_text_in_every_markup() -> None:
    markups: dict[str, Counter[str]] = defaultdict(Counter)
    for story in STORIES:
        text = page(story.site, SITES[story.site].paper.get_path(story))
        for line in story.see_also:
            target = SITES[story.site].paper.get_path(SITES[story.site].paper.find_story(line.slug))
            label, link = SEE_ALSO[story.site], f'<a href="{target}">'
            assert f"{label} {link}" in text or f"{link}{label} " in text, (story.slug, line.slug)
            markups[story.site][line.markup] += 1
    for site, counted in markups.items():
        assert counted.keys() == {"p", "strong", "div", "link"}, site
        assert counted.total() >= 10, site


def test_headlines_are_repeated_at_the_top_of_the_text_as_paragraph_and_as_heading() -> None:
    again = [story for story in STORIES if story.headline_again]
    assert {(story.site, story.headline_again) for story in again} == {
        (site, markup) for site in SITES for markup in ("p", "h2")
    }
    for story in again:
        text = tree(page(story.site, SITES[story.site].paper.get_path(story)))
        bodies = [node for node in text.iter("p", "h2", "b") if (node.text or "") == story.title]
        assert len(bodies) == 1, story.slug


def test_the_metadata_of_a_page_are_those_of_the_gold() -> None:
    for record in GOLD:
        text = source(record)
        if record.rejected == "section":
            assert 'property="og:type" content="website"' in text
            continue
        assert record.published_at.isoformat() in text
        assert record.modified_at is None or record.modified_at.isoformat() in text
        for author in record.authors:
            assert author in text
    assert {record.site for record in GOLD if record.modified_at} == {"courier", "anzeiger", "faros"}


def test_the_paywalled_page_says_so_and_shows_two_sentences() -> None:
    (stub,) = [record for record in GOLD if record.rejected == "paywall"]
    (data,) = tree(source(stub)).xpath("//script[@type='application/ld+json']/text()")
    assert json.loads(data)["isAccessibleForFree"] is False
    assert stub.text.count(". ") == 1


def test_two_admarkups_of_one_story_name_the_same_canonical_one() -> None:
    (pair,) = [record for record in GOLD if record.duplicate_of and "/features/" in record.path]
    (canonical,) = tree(source(pair)).xpath("//link[@rel='canonical']/@href")
    assert pair.duplicate_of == ("courier", canonical.removeprefix(SITES["courier"].base))
    assert any(f'href="{pair.path}"' in page("courier", path) for path in ("/", "/city/", "/city/page/2/"))


def test_the_greek_pages_name_their_charset_in_the_header_alone() -> None:
    for path, reply in SITES["faros"].replies.items():
        if reply.content_type.startswith("text/html"):
            assert reply.content_type == "text/html; charset=windows-1253"
            assert b"charset" not in reply.body, path
            with pytest.raises(UnicodeDecodeError):
                reply.body.decode()


def test_the_same_stories_give_the_same_bytes() -> None:
    for name, site in SITES.items():
        assert DemoSite(site.paper, site.base).replies == site.replies, name
