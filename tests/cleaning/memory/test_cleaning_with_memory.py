"""Pages of a small paper, cleaned with the memory of its other pages."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from small_paper import BOILERPLATE, LINKED_STORIES, SmallPaper, Story, learn_memory_of, observe_pages

from cleaning.clean import clean
from cleaning.duplicates.fingerprint import fingerprint
from cleaning.memory.dependency import MemoryDependency
from cleaning.memory.learning import learn_memory
from cleaning.memory.site_memory import AMONG_KEPT, ELSEWHERE, SiteMemory, build_cut_table
from cleaning.records.article import Article
from cleaning.records.given import Page


@cache
def pages(language: str) -> tuple[Page, ...]:
    paper = SmallPaper("lantern", language)
    return tuple(paper.page_with_boilerplate(number) for number in range(LINKED_STORIES))


@cache
def memory(language: str) -> SiteMemory:
    return learn_memory_of(pages(language))


@cache
def warm(language: str, number: int) -> Article:
    return clean(pages(language)[number], memory=memory(language))


def rules(article: Article) -> dict[str, str | None]:
    return {block.text: block.rule for block in article.removed}


@pytest.mark.parametrize("language", BOILERPLATE)
def test_with_the_sites_memory_the_text_is_the_story_as_written(language: str) -> None:
    paper = SmallPaper("lantern", language)
    for number, page in enumerate(pages(language)):
        assert warm(language, number).text == paper.story(number).text
        assert clean(page).text != paper.story(number).text, "one page alone is not enough"


@pytest.mark.parametrize("language", BOILERPLATE)
@pytest.mark.parametrize("kind", ["newsletter", "agency", "biography", "disclosure"])
def test_repeated_blocks_are_cut_and_listed(language: str, kind: str) -> None:
    text = BOILERPLATE[language][kind]
    on = [number for number, page in enumerate(pages(language)) if text in page.html]
    assert len(on) == (4 if kind == "biography" else LINKED_STORIES)
    for number in on:
        assert text in clean(pages(language)[number]).text.split("\n"), "without memory it stays"
        assert rules(warm(language, number))[text] == "repeated_block"


@pytest.mark.parametrize("language", BOILERPLATE)
def test_a_box_with_headlines_of_other_stories_is_cut_and_listed(language: str) -> None:
    paper = SmallPaper("lantern", language)
    for number in range(LINKED_STORIES):
        removed = rules(warm(language, number))
        assert removed[BOILERPLATE[language]["teasers"]] == "repeated_block"
        for step in (3, 7):
            headline = paper.story((number + step) % LINKED_STORIES).headline
            assert removed[headline] in {"repeated_block", "known_headline"}


@pytest.mark.parametrize("language", BOILERPLATE)
def test_a_link_with_the_headline_of_another_story_is_cut_though_it_stands_on_one_page(language: str) -> None:
    paper = SmallPaper("lantern", language)
    known = learn_memory_of([paper.page(number) for number in range(LINKED_STORIES)])
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
    known = learn_memory_of([paper.page(number) if number != 3 else page for number in range(LINKED_STORIES)])
    article = clean(page, memory=known)
    assert (article.title, article.text) == (headline, paper.story(3).text)
    assert rules(article).get(headline) != "known_headline"


def test_a_series_in_the_headline_of_half_the_articles_stays_in_it() -> None:
    paper = SmallPaper()
    stories = [paper.story(number) for number in range(LINKED_STORIES)]
    stories[:6] = [replace(one, headline=f"The week in the harbour – {one.headline}") for one in stories[:6]]
    pages = [paper.page(number, story=one) for number, one in enumerate(stories)]
    known = learn_memory_of(pages)
    assert known.names == ("Lantern",)
    assert [clean(page, memory=known).title for page in pages] == [one.headline for one in stories]


def test_a_headline_that_is_not_linked_is_text() -> None:
    paper = SmallPaper()
    known = learn_memory_of([paper.page(number) for number in range(LINKED_STORIES)])
    headline = paper.story(3).headline
    article = clean(paper.page(20, middle=f"<p>{headline}</p>"), memory=known)
    assert headline in article.text.split("\n")


def test_a_dated_line_is_the_same_line_every_day() -> None:
    paper = SmallPaper()
    days = [f"This page was last set by hand on {day} May 2024." for day in range(3, 3 + LINKED_STORIES)]
    dated = [paper.page(number, end=f"<p>{day}</p>") for number, day in enumerate(days)]
    known = learn_memory_of(dated)
    for number, page in enumerate(dated):
        assert days[number] in clean(page).text
        assert clean(page, memory=known).text == paper.story(number).text


def test_every_block_cut_by_memory_has_evidence() -> None:
    for number in range(LINKED_STORIES):
        evidence = {block.rule: block.evidence for block in warm("en", number).removed}
        assert evidence["repeated_block"] == "stands on other articles of the site, too"


def test_an_unknown_page_is_cleaned_with_the_memory_of_the_others() -> None:
    paper = SmallPaper()
    assert clean(paper.page_with_boilerplate(40), memory=memory("en")).text == paper.story(40).text


def test_a_block_that_is_no_longer_common_comes_back() -> None:
    language, line = "en", BOILERPLATE["en"]["biography"]
    assert line not in warm(language, 0).text
    fewer = learn_memory(
        observe_pages([page for number, page in enumerate(pages(language)) if number % 3 or number < 4])
    ).memory
    again = clean(pages(language)[0], memory=fewer)
    assert again.text == f"{SmallPaper().story(0).text}\n{line}", "it stands on two articles now"


def test_a_line_with_a_keep_rule_comes_back() -> None:
    observed = observe_pages(pages("en"))
    text = BOILERPLATE["en"]["agency"]
    known = learn_memory(observed, keep_rules={fingerprint(text)}).memory
    assert text in clean(pages("en")[1], memory=known).text.split("\n")


@pytest.mark.parametrize("known", [SiteMemory(), SiteMemory(articles=4)])
def test_a_memory_of_too_few_articles_cleans_like_none(known: SiteMemory) -> None:
    for page in (*pages("en"), *pages("zh")):
        assert clean(page, memory=known) == clean(page)


def test_a_stored_memory_cleans_like_the_learned_one() -> None:
    for language in BOILERPLATE:
        stored = SiteMemory.from_bytes(memory(language).to_bytes())
        for number, page in enumerate(pages(language)):
            assert clean(page, memory=stored) == warm(language, number)


def test_the_memory_never_makes_an_article_be_rejected() -> None:
    """If no article would be left, the page is cleaned without the memory."""
    page = pages("en")[1]
    alone = clean(page, observe=True)
    everything = build_cut_table({fingerprint(block.text): AMONG_KEPT | ELSEWHERE for block in alone.blocks})
    article = clean(page, memory=replace(memory("en"), repeated=everything), observe=True)
    assert article == alone
    assert article.memory_dependency == alone.memory_dependency
    assert article.memory_fingerprint != alone.memory_fingerprint, "it depends on the memory all the same"


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
def test_a_story_on_five_articles_stays_and_on_six_is_cut(insert: str, text: str) -> None:
    paper = SmallPaper()
    for on in (5, 6):
        told = [
            paper.page(number, middle=insert.format(text) if number < on else "") for number in range(LINKED_STORIES)
        ]
        assert text in clean(told[0]).text.split("\n")
        assert (text in clean(told[0], memory=learn_memory_of(told)).text.split("\n")) is (on == 5)


def test_with_an_equal_memory_fingerprint_the_text_is_equal() -> None:
    """With memories of other samples only articles with another memory fingerprint have another text."""
    observed = observe_pages(pages("en"))
    names = list(observed)
    samples = [names[:count] for count in range(4, 13)] + [names[start:] for start in range(1, 8)]
    memories = [learn_memory({name: observed[name] for name in sample}).memory for sample in samples]
    for page in pages("en")[::4]:
        dependency = MemoryDependency.from_bytes(clean(page, observe=True).memory_dependency)
        texts: dict[str, set[str]] = {}
        for known in memories:
            texts.setdefault(dependency.fingerprint_memory(known), set()).add(clean(page, memory=known).text)
        assert all(len(same) == 1 for same in texts.values())
        assert len({text for same in texts.values() for text in same}) > 1, "the samples do not teach the same"


def test_a_story_of_one_paragraph_is_separated_from_the_boilerplate_around_it() -> None:
    paper = SmallPaper()
    short = Story("A short story of the ferry and its captain", paper.story(50).paragraphs[:1])
    line = BOILERPLATE["en"]["newsletter"]
    page = paper.page(50, middle=f"<p>{line}</p>", story=short)
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
def test_lines_that_differ_in_their_numbers_belong_to_the_article(line: str) -> None:
    paper = SmallPaper()
    pages = [paper.page(number, middle=line.format(number * 37 + 11)) for number in range(LINKED_STORIES)]
    known = learn_memory_of(pages)
    for page in pages:
        assert clean(page, memory=known).text == clean(page).text
