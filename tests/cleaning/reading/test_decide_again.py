"""Articles that are decided on again, without their pages: by no memory, and by memories of growing size."""

from __future__ import annotations

import json
from dataclasses import astuple, replace
from datetime import UTC, datetime
from functools import cache

import pytest
from small_paper import BOILERPLATE, TEMPLATES, SmallPaper, learn_memory_of

from cleaning.clean import clean, decide_again
from cleaning.duplicates.fingerprint import fingerprint
from cleaning.errors import ReadingUnreadable
from cleaning.memory.observation import Observation
from cleaning.memory.site_memory import AMONG_KEPT, ELSEWHERE, SiteMemory, build_cut_table
from cleaning.reading.packed_reading import unpack_reading
from cleaning.records.article import Article
from cleaning.records.given import Page, SiteRules
from cleaning.records.times import UNSTATED

NOTE = "<p><em>Correction, May 5: an earlier version of this article named the wrong harbour.</em></p>"
NOTICE = (
    "<div class='cookie-banner' role='dialog'><p>We use cookies to improve your visit.</p><button>OK</button></div>"
)
HIDDEN = "<div hidden><p>This message is shown to those who have no account with the paper at all.</p></div>"
TABLE = "<table><tr><td>Lindmouth</td><td>64</td></tr><tr><td>Orrow</td><td>58</td></tr></table>"
LINK = "<p>See also: <a href='/bus'>Bus 63 will stop at every gate</a></p><ol start=3><li>A third thing</li></ol>"
DATA = "<script type='application/ld+json'>{}</script>".format(
    json.dumps({"@type": "NewsArticle", "datePublished": "2024-05-03T08:30:00+02:00", "author": {"name": "Ada Reed"}})
)
SIZES = (5, 8, 12)


def tell_all(article: Article, *, observation: bool = True) -> tuple[object, ...]:
    """Return all fields of an article, those too that do not count for its equality, without its reading."""
    kept = replace(article, reading=b"", observation=article.observation if observation else b"")
    return (*astuple(kept), repr(kept))


@cache
def pages(language: str) -> tuple[Page, ...]:
    paper = SmallPaper("lantern", language)
    made = [paper.page_with_boilerplate(number) for number in range(12)]
    for number, insert in enumerate((NOTE, NOTICE, HIDDEN, TABLE, LINK, DATA)):
        made[number] = replace(made[number], html=made[number].html.replace("</article>", f"{insert}</article>"))
    made.append(paper.page(20, template="redesign"))
    made.append(replace(paper.page(21), status=404))
    made.append(replace(paper.page(22), fetched_at=datetime(2024, 6, 1, tzinfo=UTC), robots_header=("noindex",)))
    return tuple(made)


@cache
def read(language: str, number: int) -> Article:
    return clean(pages(language)[number], observe=True)


@pytest.mark.parametrize("language", BOILERPLATE)
def test_without_a_memory_the_article_is_the_same(language: str) -> None:
    for number in range(len(pages(language))):
        article = read(language, number)
        again = decide_again(article.reading)
        assert again is not None, f"page {number} is not plain"
        assert tell_all(again) == tell_all(article)


@pytest.mark.parametrize("language", BOILERPLATE)
@pytest.mark.parametrize("size", SIZES)
def test_with_a_memory_the_article_is_that_of_the_page(language: str, size: int) -> None:
    memory = learn_memory_of(pages(language)[:size])
    decided = 0
    for number, page in enumerate(pages(language)):
        article = clean(page, memory=memory, observe=True)
        again = decide_again(read(language, number).reading, memory)
        if again is not None:
            decided += 1
            assert tell_all(again, observation=False) == tell_all(article, observation=False)
    assert decided > 0, "only pages that are unlike the site's others need trafilatura"


@pytest.mark.parametrize("language", BOILERPLATE)
def test_a_page_is_observed_and_read_the_same_whatever_memory_it_is_cleaned_with(language: str) -> None:
    memory = learn_memory_of(pages(language)[:8])
    for number, page in enumerate(pages(language)):
        article = clean(page, memory=memory, observe=True)
        assert article.observation == read(language, number).observation
        again = decide_again(article.reading)
        assert again is not None
        assert tell_all(again) == tell_all(read(language, number))


def test_a_memory_that_is_not_known_counts_as_none() -> None:
    again = decide_again(read("en", 0).reading, SiteMemory(articles=2))
    assert again is not None
    assert tell_all(again) == tell_all(read("en", 0))


def test_an_article_that_only_the_memory_rejects_is_the_one_without_it() -> None:
    paper = SmallPaper()
    page = paper.page(0)
    memory = learn_memory_of([paper.page(number) for number in range(1, 9)])
    repeated = (fingerprint(text) for text in paper.story(0).paragraphs[1:])
    wrong = replace(memory, repeated=build_cut_table(dict.fromkeys(repeated, AMONG_KEPT | ELSEWHERE)))
    first, *_, last = paper.story(0).paragraphs
    page = replace(page, html=page.html.replace(first, "The boat sails at ten. " * 5).replace(last, ""))
    article, alone = clean(page, memory=wrong, observe=True), clean(page, observe=True)
    again = decide_again(alone.reading, wrong)
    assert article.rejected is None
    assert article.text == alone.text != first
    assert article.memory_fingerprint != alone.memory_fingerprint
    assert again is not None
    assert tell_all(again, observation=False) == tell_all(article, observation=False)


HEADED = "<title>{headline} - {name}</title><h2>{name}</h2>{shown}<p>{text}</p>"


def headed_page(shown: str) -> Page:
    """Return a page with the paper's name behind the headline in its title, and this heading."""
    story = SmallPaper().story(0)
    values = {"headline": story.headline, "name": "Lamplight Daily", "text": "</p><p>".join(story.paragraphs)}
    return replace(SmallPaper().page(0), html=HEADED.format(shown=shown, **values))


def test_names_of_the_site_that_the_headline_depends_on_take_the_page() -> None:
    page, known = headed_page(shown=""), SiteMemory(articles=9, names=("Lamplight Daily",))
    assert clean(page, memory=known).title != clean(page).title
    for memory in (None, known):  # with a memory, the page is read without it, too
        reading = clean(page, memory=memory, observe=True).reading
        assert decide_again(reading, known) is None
        assert decide_again(reading) is not None
        assert unpack_reading(reading).reads_alike(("Another name",))


def test_names_of_the_site_that_change_nothing_do_not_take_the_page() -> None:
    page, known = headed_page(f"<h1>{SmallPaper().story(0).headline}</h1>"), ("Lamplight Daily",)
    for memory in (None, SiteMemory(articles=9, names=known)):
        reading = unpack_reading(clean(page, memory=memory, observe=True).reading)
        assert reading.reads_alike(known)
        assert reading.reads_alike(())
        assert not reading.reads_alike((*known, SmallPaper().story(0).headline))


@pytest.mark.parametrize(
    "page",
    [
        replace(SmallPaper().page(0), rules=SiteRules(text="article")),
        replace(SmallPaper().page(0), url="https://forum.lantern.example/viewtopic.php?t=3"),
        replace(SmallPaper().page(0), html="no markup at all, and nothing to read"),
        replace(SmallPaper().page(0), parts=(replace(SmallPaper().page(1), first_page=SmallPaper().url(0)),)),
    ],
    ids=["a text from sites.toml", "a thread", "no markup", "further parts"],
)
def test_what_may_need_the_page_has_no_reading(page: Page) -> None:
    assert clean(page, observe=True).reading == b""
    assert decide_again(b"") is None


def test_without_observe_there_is_no_reading() -> None:
    assert clean(SmallPaper().page(0)).reading == b""


def test_damaged_and_foreign_readings_are_refused(caplog: pytest.LogCaptureFixture) -> None:
    data = read("en", 0).reading
    foreign = data.replace(b"reading", b"writing", 1)
    for broken, message in (
        (foreign, "another version"),
        (data[:-9], "damaged"),
        (data[:-1] + bytes((data[-1] ^ 1,)), "damaged"),
        (data[: data.index(b"\n") + 1], "damaged|cannot be read"),
    ):
        with pytest.raises(ReadingUnreadable, match=message):
            unpack_reading(broken)
        assert decide_again(broken) is None
        assert "is read again" in caplog.text
        caplog.clear()


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_reading_is_smaller_than_its_page_and_its_text_together(template: str) -> None:
    page = SmallPaper().page(3, template=template)
    article = clean(page, observe=True)
    assert 0 < len(article.reading) < len(page.html) + len(article.text)
    assert Observation.from_bytes(article.observation).accepted


def test_times_keep_their_zones() -> None:
    html = "<article><h1>Ferry runs again in spring</h1><time datetime='{}'>3 May</time><p>{}</p></article>"
    for stated, name in (("2024-05-03T08:30:00+02:00", "UTC+02:00"), ("2024-05-03T08:30:00Z", "UTC")):
        page = Page("https://a.example/b", html.format(stated, "The boat sails at ten in the evening. " * 9))
        again = decide_again(clean(page, observe=True).reading)
        assert again is not None
        assert again.published_at is not None
        assert again.published_at.tzname() == name
    page = Page("https://a.example/b", html.format("2024-05-03T08:30:00", "The boat sails at ten at night. " * 9))
    again = decide_again(clean(page, observe=True).reading)
    assert again is not None
    assert again.published_at is not None
    assert again.published_at.tzinfo == UNSTATED


def test_a_text_in_the_data_of_a_known_site_is_found_whoever_asks() -> None:
    """trafilatura is asked for these pages, without the texts that the site repeats. Their data must survive that."""
    memory = learn_memory_of(pages("en")[:12])
    for number in range(12):
        page, story = pages("en")[number], SmallPaper("lantern", "en").story(number)
        stated = {"@type": "NewsArticle", "headline": story.headline, "articleBody": story.text, "url": page.url}
        script = f"<script type='application/ld+json'>{json.dumps(stated)}</script>"
        bare = page.html
        for paragraph in story.paragraphs:
            bare = bare.replace(f"<p>{paragraph}</p>", "")
        page = replace(page, html=bare.replace("</body>", f"{script}</body>"))
        article = clean(page, memory=memory)
        assert article.text == story.text
        assert article.sources["text"] == "JSON-LD articleBody"
        for other in (clean(page, memory=memory, trace=True), clean(page, memory=memory, observe=True)):
            assert (other.text, other.blocks) == (article.text, article.blocks)
