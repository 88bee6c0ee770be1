"""Pages of a small paper, cleaned with what its other pages teach."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from small_paper import ARTICLES, CHAFF, SmallPaper, Story, memory_of, seen

from cleaning.article import Article, Page
from cleaning.clean import clean
from cleaning.memory.fingerprint import fingerprint
from cleaning.memory.learning import learn
from cleaning.memory.site_memory import AMONG, ELSEWHERE, SiteMemory, cuts
from cleaning.memory.traces import Trace


@cache
def pages(language: str) -> tuple[Page, ...]:
    paper = SmallPaper("lantern", language)
    return tuple(paper.dressed(number) for number in range(ARTICLES))


@cache
def memory(language: str) -> SiteMemory:
    return memory_of(pages(language))


@cache
def warm(language: str, number: int) -> Article:
    return clean(pages(language)[number], memory=memory(language))


def rules(article: Article) -> dict[str, str | None]:
    return {block.text: block.rule for block in article.removed}


@pytest.mark.parametrize("language", CHAFF)
def test_with_its_sites_memory_every_story_comes_out_as_it_was_written(language: str) -> None:
    paper = SmallPaper("lantern", language)
    for number, page in enumerate(pages(language)):
        assert warm(language, number).text == paper.story(number).text
        assert clean(page).text != paper.story(number).text, "one page alone does not tell"


@pytest.mark.parametrize("language", CHAFF)
@pytest.mark.parametrize("chaff", ["newsletter", "agency", "biography", "disclosure"])
def test_what_the_site_repeats_is_cut_and_shown(language: str, chaff: str) -> None:
    text = CHAFF[language][chaff]
    on = [number for number, page in enumerate(pages(language)) if text in page.html]
    assert len(on) == (4 if chaff == "biography" else ARTICLES)
    for number in on:
        assert text in clean(pages(language)[number]).text.split("\n"), "without memory it stays"
        assert rules(warm(language, number))[text] == "repeated_block"


@pytest.mark.parametrize("language", CHAFF)
def test_a_box_with_other_stories_headlines_is_cut_and_shown(language: str) -> None:
    paper = SmallPaper("lantern", language)
    for number in range(ARTICLES):
        removed = rules(warm(language, number))
        assert removed[CHAFF[language]["teasers"]] == "repeated_block"
        for step in (3, 7):
            headline = paper.story((number + step) % ARTICLES).headline
            assert removed[headline] in {"repeated_block", "known_headline"}


@pytest.mark.parametrize("language", CHAFF)
def test_a_link_with_another_storys_headline_is_cut_though_it_stands_here_alone(language: str) -> None:
    paper = SmallPaper("lantern", language)
    known = memory_of([paper.page(number) for number in range(ARTICLES)])
    teaser = f"<p>{paper.link(3)}</p>"
    article = clean(paper.page(20, middle=teaser), memory=known)
    assert article.text == paper.story(20).text
    assert rules(article)[paper.story(3).headline] == "known_headline"


def test_a_headline_that_links_to_its_own_page_is_no_teaser() -> None:
    paper = SmallPaper()
    headline = paper.story(3).headline
    page = paper.page(3)
    page = replace(
        page, html=page.html.replace(f"<h1>{headline}</h1>", f"<h1><a href='{page.url}'>{headline}</a></h1>")
    )
    known = memory_of([paper.page(number) if number != 3 else page for number in range(ARTICLES)])
    article = clean(page, memory=known)
    assert (article.title, article.text) == (headline, paper.story(3).text)
    assert rules(article).get(headline) != "known_headline"


def test_a_series_in_the_headline_of_half_the_articles_stays_in_it() -> None:
    paper = SmallPaper()
    stories = [paper.story(number) for number in range(ARTICLES)]
    stories[:6] = [replace(one, headline=f"The week in the harbour – {one.headline}") for one in stories[:6]]
    pages = [paper.page(number, story=one) for number, one in enumerate(stories)]
    known = memory_of(pages)
    assert known.names == ("Lantern",)
    assert [clean(page, memory=known).title for page in pages] == [one.headline for one in stories]


def test_a_headline_that_is_not_linked_is_text() -> None:
    paper = SmallPaper()
    known = memory_of([paper.page(number) for number in range(ARTICLES)])
    headline = paper.story(3).headline
    article = clean(paper.page(20, middle=f"<p>{headline}</p>"), memory=known)
    assert headline in article.text.split("\n")


def test_a_dated_line_is_the_same_line_every_day() -> None:
    paper = SmallPaper()
    days = [f"This page was last set by hand on {day} May 2024." for day in range(3, 3 + ARTICLES)]
    dated = [paper.page(number, end=f"<p>{day}</p>") for number, day in enumerate(days)]
    known = memory_of(dated)
    for number, page in enumerate(dated):
        assert days[number] in clean(page).text
        assert clean(page, memory=known).text == paper.story(number).text


def test_every_block_that_memory_cuts_says_why() -> None:
    for number in range(ARTICLES):
        evidence = {block.rule: block.evidence for block in warm("en", number).removed}
        assert evidence["repeated_block"] == "stands on other articles of the site, too"


def test_a_page_that_was_never_seen_is_read_with_the_memory_of_the_others() -> None:
    paper = SmallPaper()
    assert clean(paper.dressed(40), memory=memory("en")).text == paper.story(40).text


def test_what_is_no_longer_common_comes_back() -> None:
    language, chaff = "en", CHAFF["en"]["biography"]
    assert chaff not in warm(language, 0).text
    fewer = learn(seen([page for number, page in enumerate(pages(language)) if number % 3 or number < 4])).memory
    again = clean(pages(language)[0], memory=fewer)
    assert again.text == f"{SmallPaper().story(0).text}\n{chaff}", "it stands on two articles now"


def test_a_pardoned_line_comes_back() -> None:
    observed = seen(pages("en"))
    text = CHAFF["en"]["agency"]
    pardoned = learn(observed, pardoned={fingerprint(text)}).memory
    assert text in clean(pages("en")[1], memory=pardoned).text.split("\n")


@pytest.mark.parametrize("known", [SiteMemory(), SiteMemory(articles=4)])
def test_a_memory_that_knows_nothing_yet_cleans_as_none_does(known: SiteMemory) -> None:
    for page in (*pages("en"), *pages("zh")):
        assert clean(page, memory=known) == clean(page)


def test_a_memory_from_the_disk_cleans_as_the_one_that_was_learnt() -> None:
    for language in CHAFF:
        stored = SiteMemory.unpacked(memory(language).packed())
        for number, page in enumerate(pages(language)):
            assert clean(page, memory=stored) == warm(language, number)


def test_no_article_is_lost_to_its_sites_memory() -> None:
    """Where nothing would be left, the page is cleaned as if nothing were known."""
    page = pages("en")[1]
    alone = clean(page, observe=True)
    everything = cuts({fingerprint(block.text): AMONG | ELSEWHERE for block in alone.blocks})
    article = clean(page, memory=replace(memory("en"), repeated=everything), observe=True)
    assert article == alone
    assert article.trace == alone.trace
    assert article.recalled != alone.recalled, "it depends on the memory all the same"


@pytest.mark.parametrize(
    ("insert", "text"),
    [
        (
            "<p>{}</p>",
            "The mill had stood still for ten years, until its owners found a miller in Pell who knew its stones.",
        ),
        ("<h2>{}</h2>", "What we know of the mill so far"),
        ("<blockquote><p>{}</p></blockquote>", "A mill that stands still is a house with thick walls."),
    ],
    ids=["background", "heading", "quotation"],
)
def test_what_tells_a_story_on_five_articles_stays_and_on_six_goes(insert: str, text: str) -> None:
    paper = SmallPaper()
    for on in (5, 6):
        told = [paper.page(number, middle=insert.format(text) if number < on else "") for number in range(ARTICLES)]
        assert text in clean(told[0]).text.split("\n")
        assert (text in clean(told[0], memory=memory_of(told)).text.split("\n")) is (on == 5)


def test_where_a_trace_is_equal_the_text_is() -> None:
    """Memories of other samples of the site: only the articles whose trace tells so have another text."""
    observed = seen(pages("en"))
    names = list(observed)
    samples = [names[:count] for count in range(4, 13)] + [names[start:] for start in range(1, 8)]
    memories = [learn({name: observed[name] for name in sample}).memory for sample in samples]
    for page in pages("en")[::4]:
        trace = Trace.unpacked(clean(page, observe=True).trace)
        texts: dict[str, set[str]] = {}
        for known in memories:
            texts.setdefault(trace.digest(known), set()).add(clean(page, memory=known).text)
        assert all(len(same) == 1 for same in texts.values())
        assert len({text for same in texts.values() for text in same}) > 1, "the samples do not teach the same"


def test_a_story_of_one_paragraph_is_told_from_the_chaff_around_it() -> None:
    paper = SmallPaper()
    short = Story("A short story of the ferry and its captain", paper.story(50).paragraphs[:1])
    chaff = CHAFF["en"]["newsletter"]
    page = paper.page(50, middle=f"<p>{chaff}</p>", story=short)
    assert clean(page, memory=memory("en")).text == short.text


@pytest.mark.parametrize(
    "line",
    [
        "<p>Spectators: {} in all.</p>",
        "<ul><li>{} g of sugar</li></ul>",
        "<table><tr><td>Orrow</td><td>{}</td></tr></table>",
    ],
    ids=["figure", "ingredient", "score"],
)
def test_lines_that_differ_in_their_figures_are_the_articles_own(line: str) -> None:
    paper = SmallPaper()
    pages = [paper.page(number, middle=line.format(number * 37 + 11)) for number in range(ARTICLES)]
    known = memory_of(pages)
    for page in pages:
        assert clean(page, memory=known).text == clean(page).text
