"""What is learned of a site from made-up observations."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_paper import SmallPaper, observe_pages

from cleaning.duplicates.fingerprint import fingerprint
from cleaning.duplicates.near_copies import HASHES
from cleaning.memory.learning import learn_memory, required_articles
from cleaning.memory.observation import Observation, ObservedBlock, ObservedPosition
from cleaning.memory.site_memory import AMONG_KEPT, ELSEWHERE

if TYPE_CHECKING:
    from collections.abc import Mapping

LINE = "Follow the Lantern wherever you are"
KEY = fingerprint(LINE)
BOILERPLATE = ObservedBlock(LINE, "div > p", kept=False, tells_story=False)
STORY = ObservedBlock(LINE, "div > p", kept=True, tells_story=True)
EVERYWHERE = AMONG_KEPT | ELSEWHERE
BARE = Observation(True, "", 0, (), (), {}, {}, {})


def site(articles: int, on: int = 0, block: ObservedBlock = BOILERPLATE) -> dict[str, Observation]:
    """Return the pages of so many articles with different words; the block stands on the first `on` of them."""
    return {
        f"/{number}": replace(
            BARE, sketch=tuple(range(number * 1000, number * 1000 + HASHES)), blocks={KEY: block} if number < on else {}
        )
        for number in range(articles)
    }


def find_cut_positions(pages: Mapping[str, Observation], **options: object) -> int:
    """Return where the line is cut, as bits: EVERYWHERE, ELSEWHERE (not among texts that are mostly kept) or 0."""
    memory = learn_memory(pages, **options).memory  # type: ignore[arg-type]  # passed on as they are
    return memory.is_repeated(KEY, among_kept=True) * AMONG_KEPT | memory.is_repeated(KEY, among_kept=False) * ELSEWHERE


@pytest.mark.parametrize(("on", "cut"), [(0, False), (1, False), (2, False), (3, True), (12, True)])
def test_a_block_on_three_articles_is_boilerplate(on: int, cut: bool) -> None:
    learned = learn_memory(site(12, on))
    assert find_cut_positions(site(12, on)) == (EVERYWHERE if cut else 0)
    assert [(block.articles, block.needed) for block in learned.blocks] == ([(on, 3)] if on >= 2 else [])


def test_three_copies_of_one_article_teach_nothing() -> None:
    pages = site(12, 1)
    copies = {f"/print/{number}": pages["/0"] for number in range(3)}
    assert not find_cut_positions(pages | copies)
    assert learn_memory(pages | copies).memory.articles == 12


def test_a_copy_of_a_page_changes_nothing() -> None:
    pages = site(12, 4)
    assert learn_memory({**pages, "/z": pages["/3"]}).memory.digest == learn_memory(pages).memory.digest


@pytest.mark.parametrize(("on", "where"), [(2, 0), (3, ELSEWHERE), (5, ELSEWHERE), (6, EVERYWHERE)])
def test_a_story_needs_six_articles_among_kept_texts_and_three_elsewhere(on: int, where: int) -> None:
    learned = learn_memory(site(12, on, STORY))
    assert find_cut_positions(site(12, on, STORY)) == where
    assert [(block.articles, block.needed, block.kept) for block in learned.blocks] == [(on, 6, on)]


@pytest.mark.parametrize("block", [STORY._replace(kept=False), STORY._replace(tells_story=False)])
def test_a_block_that_the_cleaner_cuts_or_that_is_no_prose_needs_three(block: ObservedBlock) -> None:
    assert find_cut_positions(site(12, 3, block)) == EVERYWHERE


def print_story(articles: int, on: int, told: int) -> dict[str, Observation]:
    """Return pages with the block on `on` articles: on the first `told` it is a story, on the others boilerplate."""
    stories = list(site(articles, on, STORY).items())
    return dict(stories[:told]) | dict(list(site(articles, on).items())[told:])


@pytest.mark.parametrize(("on", "told"), [(3, 1), (5, 1), (6, 2), (12, 2)])
def test_one_article_that_keeps_a_block_is_enough_for_it_to_be_a_story(on: int, told: int) -> None:
    """Other pages quote or tease a story in boxes that are cut; on its own page it is kept."""
    assert find_cut_positions(print_story(12, on, told)) == ELSEWHERE
    (block,) = learn_memory(print_story(12, on, told)).blocks
    assert (block.articles, block.needed, block.kept) == (on, 6, told)


def test_a_story_on_six_articles_is_cut_where_three_of_them_keep_it() -> None:
    assert find_cut_positions(print_story(12, 6, 3)) == EVERYWHERE


@pytest.mark.parametrize(("told", "where"), [(5, ELSEWHERE), (6, EVERYWHERE)])
def test_three_percent_of_a_large_sample_must_keep_it(told: int, where: int) -> None:
    assert find_cut_positions(print_story(200, 100, told)) == where


def test_copies_do_not_decide_whether_a_block_tells_a_story() -> None:
    pages = site(12, 4, STORY)
    copies = {f"/print/{number}": replace(pages["/0"], blocks={KEY: BOILERPLATE}) for number in range(5)}
    assert find_cut_positions(pages | copies) == ELSEWHERE


def test_copies_that_keep_a_story_are_one_article_that_keeps_it() -> None:
    pages = print_story(12, 6, 2)
    copies = {f"/print/{number}": pages["/0"] for number in range(5)}
    assert find_cut_positions(pages | copies) == ELSEWHERE
    assert learn_memory(pages | copies).blocks[0].kept == 2


def test_more_articles_do_not_change_a_block_that_is_cut_already() -> None:
    """Otherwise the articles of each night would make all others of the site be cleaned again."""
    assert learn_memory(site(30, 8)).memory.digest == learn_memory(site(30, 30)).memory.digest


@pytest.mark.parametrize(
    ("total", "plain", "tells_story"), [(5, 3, 6), (60, 3, 6), (61, 3, 7), (100, 3, 10), (101, 4, 11), (1000, 30, 100)]
)
def test_the_required_articles_grow_with_the_sample(total: int, plain: int, tells_story: int) -> None:
    assert (required_articles(total, tells_story=False), required_articles(total, tells_story=True)) == (
        plain,
        tells_story,
    )


@given(st.integers(0, 5000), st.integers(0, 500), st.booleans())
def test_larger_samples_never_require_fewer_articles(total: int, more: int, tells_story: bool) -> None:
    assert required_articles(total, tells_story=tells_story) <= required_articles(total + more, tells_story=tells_story)
    assert required_articles(total, tells_story=False) <= required_articles(total, tells_story=True)


def test_three_of_many_articles_are_too_few() -> None:
    assert find_cut_positions(site(100, 3)) == EVERYWHERE
    assert find_cut_positions(site(101, 3)) == 0


def test_fewer_than_five_articles_teach_nothing() -> None:
    pages = {
        name: replace(page, headline=9, titles=("Lantern",), paths={1: ObservedPosition(1.0, None)})
        for name, page in site(5, 5).items()
    }
    assert find_cut_positions(pages) == EVERYWHERE
    fewer = {name: page for name, page in pages.items() if name != "/4"}
    copies = fewer | {f"/copy/{name}": page for name, page in fewer.items()}
    for few in (fewer, copies, {}):
        memory, blocks = learn_memory(few)
        assert not blocks
        assert not memory.names
        assert not any(map(len, (memory.repeated, memory.paths, memory.patterns, memory.headlines)))


def test_a_block_with_a_keep_rule_stays_and_is_still_listed() -> None:
    learned = learn_memory(site(12, 8), keep_rules={KEY})
    assert not any(learned.memory.is_repeated(KEY, among_kept=among_kept) for among_kept in (False, True))
    assert learned.memory.has_keep_rule(KEY)
    assert [block.articles for block in learned.blocks] == [8]


def test_rejected_pages_teach_nothing() -> None:
    pages = site(12, 2)
    sections = {f"/section/{name}": replace(page, accepted=False) for name, page in site(30, 30).items()}
    assert learn_memory(pages | sections).memory.digest == learn_memory(pages).memory.digest


def test_a_block_has_its_days_and_its_most_frequent_path() -> None:
    pages = site(12, 4)
    days = ("2024-05-03", "", "2023-11-30", "2024-01-01")
    for number, day in enumerate(days):
        block = BOILERPLATE._replace(path="aside > p" if number else "div > p")
        pages[f"/{number}"] = replace(pages[f"/{number}"], day=day, blocks={KEY: block})
    (block,) = learn_memory(pages).blocks
    assert (block.first_seen, block.last_seen, block.path, block.text) == (
        "2023-11-30", "2024-05-03", "aside > p", LINE,
    )  # fmt: skip


def test_the_sites_names_are_the_parts_that_its_titles_share() -> None:
    titles = [(f"{SmallPaper().story(number).headline} | City | Lantern",) for number in range(12)]
    pages = {name: replace(page, titles=title) for (name, page), title in zip(site(12).items(), titles, strict=True)}
    assert learn_memory(pages).memory.names == ("City", "City | Lantern", "Lantern")


@pytest.mark.parametrize(
    ("articles", "on", "is_name"), [(5, 4, False), (5, 5, True), (12, 4, False), (12, 7, False), (12, 8, True)]
)
def test_only_a_part_of_most_titles_is_a_name_of_the_site(articles: int, on: int, is_name: bool) -> None:
    """A headline that a few pages share is none, nor is the title of a series."""
    pages = site(articles)
    for number in range(on):
        pages[f"/{number}"] = replace(pages[f"/{number}"], titles=("Weather for the weekend",))
    assert learn_memory(pages).memory.names == (("Weather for the weekend",) if is_name else ())


def test_headlines_are_those_of_the_pages_and_those_given() -> None:
    pages = {name: replace(page, headline=number) for number, (name, page) in enumerate(site(6).items())}
    known = learn_memory(pages, headlines=[77]).memory.headlines
    assert [key for key in range(100) if key in known] == [1, 2, 3, 4, 5, 77], "0 is no headline"


def test_each_article_counts_once_for_a_position() -> None:
    pages = site(6)
    for name, kept in (("/0", 1.0), ("/1", 0.0)):
        pages[name] = replace(pages[name], paths={1: ObservedPosition(kept, None), 2: ObservedPosition(kept, kept)})
    pages |= {f"/copy/{number}": pages["/0"] for number in range(5)}
    paths = learn_memory(pages).memory
    assert paths.get_positions(1, 0)[0] == (2, 0.5, -1.0)
    assert paths.get_positions(2, 0)[0] == (2, 0.5, 0.5)


def test_one_article_is_not_enough_for_a_position() -> None:
    pages = site(6)
    pages["/0"] = replace(pages["/0"], paths={1: ObservedPosition(1.0, None)})
    assert len(learn_memory(pages).memory.paths) == 0


def test_a_page_is_left_out_with_its_copies() -> None:
    pages = site(12, 3)
    pages["/0"] = replace(pages["/0"], headline=5, paths={1: ObservedPosition(1.0, None)})
    pages["/1"] = replace(pages["/1"], paths={1: ObservedPosition(1.0, None)})
    pages["/copy"] = pages["/0"]
    memory = learn_memory(pages, without="/0").memory
    assert 5 not in memory.headlines
    assert len(memory.paths) == 0
    assert learn_memory(pages).memory.get_positions(1, 0)[0].articles == 2


def test_the_page_that_is_left_out_counts_for_its_own_blocks_alone() -> None:
    """The page is cleaned as if it came next: a block on two other pages is then on three."""
    assert find_cut_positions(site(12, 3), without="/0") == EVERYWHERE
    assert find_cut_positions(site(12, 2), without="/0") == 0
    assert find_cut_positions(site(12, 6, STORY), without="/0") == EVERYWHERE
    assert find_cut_positions(site(12, 5, STORY), without="/0") == ELSEWHERE
    assert find_cut_positions(print_story(12, 6, 3), without="/0") == EVERYWHERE
    assert find_cut_positions(print_story(12, 6, 2), without="/0") == ELSEWHERE
    for name in ("/0", "/9"):
        assert [block.articles for block in learn_memory(site(12, 4), without=name).blocks] == [4]


def test_leaving_out_an_unknown_or_rejected_page_changes_nothing() -> None:
    pages = site(12, 3)
    pages["/10"] = replace(pages["/10"], accepted=False, blocks=pages["/0"].blocks)
    for name in ("/unknown", "/10"):
        assert learn_memory(pages, without=name).memory.digest == learn_memory(pages).memory.digest


def test_stories_of_the_small_paper_are_articles_of_their_own() -> None:
    """The other tests rely on this."""
    paper = SmallPaper()
    assert learn_memory(observe_pages(paper.page(number) for number in range(12))).memory.articles == 12
