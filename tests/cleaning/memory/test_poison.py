"""Pages planted to make a site forget its own text: no text of an article is ever cut because of them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from small_paper import SYLLABLES, SmallPaper, Story, learn_memory_of, observe_pages

from cleaning.clean import clean
from cleaning.duplicates.fingerprint import fingerprint
from cleaning.memory.learning import learn_memory
from cleaning.memory.site_memory import SiteMemory
from cleaning.records.given import Page

PAPER = SmallPaper()
OTHER = SmallPaper("mercury")


@cache
def honest_pages(paper: SmallPaper = PAPER, count: int = 12) -> tuple[Page, ...]:
    return tuple(paper.page(number) for number in range(count))


def assert_whole(memory: SiteMemory, paper: SmallPaper = PAPER) -> None:
    """Assert that every page of the paper gives its story as written."""
    for number, page in enumerate(honest_pages(paper)):
        assert clean(page, memory=memory).text == paper.story(number).text


def test_a_page_that_repeats_its_first_paragraph_500_times_teaches_nothing_of_it() -> None:
    first = PAPER.story(3).paragraphs[0]
    repeating = PAPER.page(3, end=f"<p>{first}</p>" * 500)
    pages = [*honest_pages()[:3], repeating, *honest_pages()[4:]]
    memory = learn_memory_of(pages)
    assert fingerprint(first) not in memory.repeated
    article = clean(repeating, memory=memory)
    assert article.text == clean(repeating).text
    assert set(PAPER.story(3).paragraphs) <= set(article.text.split("\n"))
    assert_whole(memory)


def test_a_page_that_repeats_another_pages_first_paragraph_500_times_is_one_page() -> None:
    """A reader quotes a paragraph often to have it cut; then it stands on two articles."""
    first = PAPER.story(3).paragraphs[0]
    for repeated in (f"<p>{first}</p>" * 500, f"<aside>{f'<p>{first}</p>' * 500}</aside>"):
        assert_whole(learn_memory_of([*honest_pages(), PAPER.page(20, end=repeated)]))


def test_a_paragraph_is_observed_at_its_first_position() -> None:
    """Copies below that are cut do not change that it tells a story."""
    first = PAPER.story(3).paragraphs[0]
    (observation,) = observe_pages(
        [PAPER.page(3, below=f"<aside>{f'<div><p>{first}</p></div>' * 50}</aside>")]
    ).values()
    block = observation.blocks[fingerprint(first)]
    assert (block.path, block.kept, block.tells_story) == ("div.story-text > p", True, True)


def test_a_site_whose_every_page_is_the_same_teaches_nothing() -> None:
    story = PAPER.story(1)
    pages = [PAPER.page(number, story=story) for number in range(12)]
    memory = learn_memory_of(pages)
    assert memory.articles == 1
    assert [clean(page, memory=memory).text for page in pages] == [story.text] * 12
    assert_whole(memory)


def test_a_site_whose_every_page_is_the_same_but_for_its_headline_teaches_nothing() -> None:
    story = PAPER.story(1)
    pages = [PAPER.page(number, story=replace(story, headline=PAPER.story(number).headline)) for number in range(12)]
    memory = learn_memory_of(pages)
    assert [clean(page, memory=memory).text for page in pages] == [story.text] * 12


def test_two_sites_with_one_template_keep_their_texts_with_either_memory() -> None:
    line = "<p>Every morning at six both papers are printed at the same press in Pell.</p>"
    pages = {paper: [paper.page(number, end=line) for number in range(12)] for paper in (PAPER, OTHER)}
    for teacher in (PAPER, OTHER):
        memory = learn_memory_of(pages[teacher])
        for paper in (PAPER, OTHER):
            for number, page in enumerate(pages[paper]):
                assert clean(page, memory=memory).text == paper.story(number).text
            assert_whole(memory, paper)


def test_a_site_of_three_pages_teaches_nothing() -> None:
    line = "Every morning at six the Lantern is printed at the old press in Pell."
    pages = [PAPER.page(number, end=f"<p>{line}</p>") for number in range(3)]
    memory = learn_memory_of(pages)
    for page in pages:
        assert clean(page, memory=memory) == clean(page)
        assert line in clean(page, memory=memory).text


@pytest.mark.parametrize("new", [3, 6, 12])
def test_a_redesign_in_mid_run_costs_no_text(new: int) -> None:
    redesigned = [PAPER.page(number, template="redesign") for number in range(20, 20 + new)]
    memory = learn_memory_of([*honest_pages(), *redesigned])
    assert_whole(memory)
    for number, page in enumerate(redesigned, 20):
        assert clean(page, memory=memory).text == PAPER.story(number).text
        assert clean(page, memory=learn_memory_of(honest_pages())).text == PAPER.story(number).text


def test_a_site_that_repeats_sentences_of_another_cuts_them_only_on_its_own_pages() -> None:
    victim = PAPER.story(3)
    stolen = "".join(f"<p>{text}</p>" for text in victim.paragraphs[:2])
    copies = [OTHER.page(number, middle=stolen) for number in range(12)]
    attackers, own = learn_memory_of(copies), learn_memory_of(honest_pages())
    assert attackers.is_repeated(fingerprint(victim.paragraphs[0]), among_kept=True), "there it is boilerplate"
    assert fingerprint(victim.paragraphs[0]) not in own.repeated
    assert_whole(own)
    for number, page in enumerate(copies):
        assert clean(page, memory=attackers).text == OTHER.story(number).text


def test_three_planted_pages_do_not_cut_a_paragraph_of_a_fourth() -> None:
    true = PAPER.story(3).paragraphs[1]
    planted = [PAPER.page(number, middle=f"<p>{true}</p>") for number in range(20, 23)]
    memory = learn_memory_of([*honest_pages(), *planted])
    assert not memory.is_repeated(fingerprint(true), among_kept=True)
    assert_whole(memory)
    for number, page in enumerate(planted, 20):
        assert set(clean(page, memory=memory).text.split("\n")) == {*PAPER.story(number).paragraphs, true}


@pytest.mark.parametrize("quoting", [1, 2, 3, 5])
def test_comments_that_quote_a_paragraph_on_other_pages_do_not_cut_it_on_its_own(quoting: int) -> None:
    true = PAPER.story(3).paragraphs[1]
    comments = f"<div id='comments'><h3>Comments</h3><div class='comment'><p>{true}</p></div></div>"
    quoted = [PAPER.page(number, below=comments) for number in range(20, 20 + quoting)]
    memory = learn_memory_of([*honest_pages(), *quoted])
    assert_whole(memory)
    for number, page in enumerate(quoted, 20):
        assert clean(page, memory=memory).text == PAPER.story(number).text


@pytest.mark.parametrize("on", [2, 3, 11])
def test_a_standfirst_that_other_pages_tease_stays_on_its_own(on: int) -> None:
    story = PAPER.story(0)
    teaser = f"<div><a href='{PAPER.url(0)}'>{story.headline}</a><p>{story.paragraphs[0]}</p></div>"
    box = f"<aside class='most-read'><h3>Most read</h3>{teaser}</aside>"
    pages = [PAPER.page(number, below=box if 0 < number <= on else "") for number in range(12)]
    memory = learn_memory_of(pages)
    for number, page in enumerate(pages):
        assert clean(page, memory=memory).text == PAPER.story(number).text


def test_a_paragraph_that_others_tease_stays_on_the_first_page_of_a_new_template() -> None:
    """An unknown position does not count as a position of boilerplate."""
    story = PAPER.story(20)
    box = f"<aside class='most-read'><h3>Most read</h3><div><p>{story.paragraphs[1]}</p></div></aside>"
    first = PAPER.page(20, template="redesign")
    memory = learn_memory_of([first, *(PAPER.page(number, below=box if number < 4 else "") for number in range(12))])
    assert memory.is_repeated(fingerprint(story.paragraphs[1]), among_kept=False)
    assert clean(first, memory=memory).text == story.text


def test_planted_copies_of_one_page_are_one_page_however_many() -> None:
    true = PAPER.story(3).paragraphs[1]
    planted = [PAPER.page(number, middle=f"<p>{true}</p>", story=PAPER.story(20)) for number in range(20, 60)]
    assert_whole(learn_memory_of([*honest_pages(), *planted]))


def test_planted_pages_that_are_no_articles_cut_nothing() -> None:
    true = PAPER.story(3).paragraphs[1]
    broken = [replace(PAPER.page(number, middle=f"<p>{true}</p>"), status=404) for number in range(20, 40)]
    memory = learn_memory_of([*honest_pages(), *broken])
    assert memory.digest == learn_memory_of(honest_pages()).digest
    assert_whole(memory)


def test_a_page_of_20_000_blocks_teaches_only_about_itself() -> None:
    lines = "".join(
        f"<p>{' '.join(SYLLABLES[(number // 19**place) % 19] for place in range(4))} sold</p>"
        for number in range(20_000)
    )
    huge = PAPER.page(20, end=lines)
    observed = observe_pages(honest_pages())
    known = learn_memory(observed | observe_pages([huge])).memory
    assert len(known.repeated) == len(learn_memory(observed).memory.repeated)
    assert len(known.to_bytes()) < 10_000, "blocks of one article are not stored"
    assert_whole(known)
    article = clean(huge, memory=known)
    assert set(PAPER.story(20).paragraphs) <= set(article.text.split("\n"))
    assert len(article.text.split("\n")) > 20_000


def test_a_title_that_is_the_headline_of_another_article_cuts_neither_text() -> None:
    story = replace(PAPER.story(20), headline=PAPER.story(3).headline)
    page = PAPER.page(20, story=story)
    memory = learn_memory_of([*honest_pages(), page])
    assert memory.articles == 13
    assert clean(page, memory=memory).text == story.text
    assert clean(page, memory=memory).title == story.headline
    assert_whole(memory)


def test_titles_that_are_sentences_of_another_article_cut_none_of_them() -> None:
    texts = PAPER.story(3).paragraphs
    planted = [
        PAPER.page(number, story=Story(text, PAPER.story(number).paragraphs)) for number, text in enumerate(texts, 20)
    ]
    memory = learn_memory_of([*honest_pages(), *planted])
    assert fingerprint(texts[0]) in memory.headlines
    assert_whole(memory)


def test_a_page_that_links_all_headlines_makes_no_page_lose_text() -> None:
    """An archive page that passes for an article: the headlines stay on the pages of their own stories."""
    links = "".join(f"<li><a href='{PAPER.url(n)}'>{PAPER.story(n).headline}</a></li>" for n in range(12))
    memory = learn_memory_of(
        [*honest_pages(), *(PAPER.page(number, end=f"<ul>{links}</ul>") for number in range(20, 24))]
    )
    assert_whole(memory)
    for number, page in enumerate(honest_pages()):
        assert clean(page, memory=memory).title == PAPER.story(number).headline


@pytest.mark.parametrize("text", ["Why is that?", "Police said two men were seen at the gate."])
def test_a_refrain_among_the_paragraphs_of_three_articles_stays(text: str) -> None:
    paper = SmallPaper()
    pages = [paper.page(number, middle=f"<p>{text}</p>" if number < 3 else "") for number in range(12)]
    assert text in clean(pages[0], memory=learn_memory_of(pages)).text
