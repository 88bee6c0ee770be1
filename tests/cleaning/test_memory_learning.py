"""What is learnt of a site, from observations that are made up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_paper import SmallPaper, seen

from cleaning.memory.fingerprint import fingerprint
from cleaning.memory.learning import learn, needed
from cleaning.memory.observation import Observation, Seen, Voice
from cleaning.memory.site_memory import AMONG, ELSEWHERE
from cleaning.memory.sketches import HASHES

if TYPE_CHECKING:
    from collections.abc import Mapping

LINE = "Follow the Lantern wherever you are"
KEY = fingerprint(LINE)
CHAFF = Seen(LINE, "div > p", kept=False, telling=False)
TOLD = Seen(LINE, "div > p", kept=True, telling=True)
EVERYWHERE = AMONG | ELSEWHERE
BARE = Observation(True, "", 0, (), (), {}, {}, {})


def site(articles: int, on: int = 0, block: Seen = CHAFF) -> dict[str, Observation]:
    """The pages of so many articles, the block on the first of them; each has words of its own."""
    return {
        f"/{number}": replace(
            BARE, sketch=tuple(range(number * 1000, number * 1000 + HASHES)), blocks={KEY: block} if number < on else {}
        )
        for number in range(articles)
    }


def where_cut(pages: Mapping[str, Observation], **options: object) -> int:
    """At what places the line is cut: EVERYWHERE, ELSEWHERE than among what articles keep, 0."""
    memory = learn(pages, **options).memory  # type: ignore[arg-type]  # passed on as they are
    return memory.repeats(KEY, among=True) * AMONG | memory.repeats(KEY, among=False) * ELSEWHERE


@pytest.mark.parametrize(("on", "cut"), [(0, False), (1, False), (2, False), (3, True), (12, True)])
def test_what_stands_on_three_articles_is_the_sites(on: int, cut: bool) -> None:
    learnt = learn(site(12, on))
    assert where_cut(site(12, on)) == (EVERYWHERE if cut else 0)
    assert [(block.articles, block.needed) for block in learnt.blocks] == ([(on, 3)] if on >= 2 else [])


def test_three_copies_of_one_article_teach_nothing() -> None:
    pages = site(12, 1)
    copies = {f"/print/{number}": pages["/0"] for number in range(3)}
    assert not where_cut(pages | copies)
    assert learn(pages | copies).memory.articles == 12


def test_a_copy_of_a_page_changes_nothing() -> None:
    pages = site(12, 4)
    assert learn({**pages, "/z": pages["/3"]}).memory.digest == learn(pages).memory.digest


@pytest.mark.parametrize(("on", "where"), [(2, 0), (3, ELSEWHERE), (5, ELSEWHERE), (6, EVERYWHERE)])
def test_what_tells_a_story_needs_six_articles_among_what_is_kept_and_three_elsewhere(on: int, where: int) -> None:
    learnt = learn(site(12, on, TOLD))
    assert where_cut(site(12, on, TOLD)) == where
    assert [(block.articles, block.needed, block.kept) for block in learnt.blocks] == [(on, 6, on)]


@pytest.mark.parametrize("block", [TOLD._replace(kept=False), TOLD._replace(telling=False)])
def test_what_the_cleaner_cuts_or_is_no_prose_needs_three(block: Seen) -> None:
    assert where_cut(site(12, 3, block)) == EVERYWHERE


def printed(articles: int, on: int, told: int) -> dict[str, Observation]:
    """The block on so many articles: it tells a story on the first of them, on the others it is chaff."""
    stories = list(site(articles, on, TOLD).items())
    return dict(stories[:told]) | dict(list(site(articles, on).items())[told:])


@pytest.mark.parametrize(("on", "told"), [(3, 1), (5, 1), (6, 2), (12, 2)])
def test_one_article_that_tells_it_is_enough_for_a_block_to_be_a_story(on: int, told: int) -> None:
    """A story that others quote or tease, in boxes that are cut: it stays where it is told."""
    assert where_cut(printed(12, on, told)) == ELSEWHERE
    (block,) = learn(printed(12, on, told)).blocks
    assert (block.articles, block.needed, block.kept) == (on, 6, told)


def test_a_story_on_six_articles_is_cut_where_three_of_them_keep_it() -> None:
    assert where_cut(printed(12, 6, 3)) == EVERYWHERE


@pytest.mark.parametrize(("told", "where"), [(5, ELSEWHERE), (6, EVERYWHERE)])
def test_of_a_large_sample_three_in_a_hundred_must_keep_it(told: int, where: int) -> None:
    assert where_cut(printed(200, 100, told)) == where


def test_copies_do_not_decide_whether_a_block_tells_a_story() -> None:
    pages = site(12, 4, TOLD)
    copies = {f"/print/{number}": replace(pages["/0"], blocks={KEY: CHAFF}) for number in range(5)}
    assert where_cut(pages | copies) == ELSEWHERE


def test_copies_that_keep_a_story_are_one_article_that_keeps_it() -> None:
    pages = printed(12, 6, 2)
    copies = {f"/print/{number}": pages["/0"] for number in range(5)}
    assert where_cut(pages | copies) == ELSEWHERE
    assert learn(pages | copies).blocks[0].kept == 2


def test_how_often_it_stands_is_no_matter_for_what_is_cut_already() -> None:
    """Else each night's articles would have all others of the site cleaned again."""
    assert learn(site(30, 8)).memory.digest == learn(site(30, 30)).memory.digest


@pytest.mark.parametrize(
    ("total", "plain", "telling"), [(5, 3, 6), (60, 3, 6), (61, 3, 7), (100, 3, 10), (101, 4, 11), (1000, 30, 100)]
)
def test_the_proof_grows_with_the_sample(total: int, plain: int, telling: int) -> None:
    assert (needed(total, telling=False), needed(total, telling=True)) == (plain, telling)


@given(st.integers(0, 5000), st.integers(0, 500), st.booleans())
def test_more_articles_never_need_less_proof(total: int, more: int, telling: bool) -> None:
    assert needed(total, telling=telling) <= needed(total + more, telling=telling)
    assert needed(total, telling=False) <= needed(total, telling=True)


def test_three_of_many_articles_are_too_few() -> None:
    assert where_cut(site(100, 3)) == EVERYWHERE
    assert where_cut(site(101, 3)) == 0


def test_fewer_than_five_articles_teach_nothing() -> None:
    pages = {
        name: replace(page, headline=9, titles=("Lantern",), paths={1: Voice(1.0, None)})
        for name, page in site(5, 5).items()
    }
    assert where_cut(pages) == EVERYWHERE
    fewer = {name: page for name, page in pages.items() if name != "/4"}
    copies = fewer | {f"/copy/{name}": page for name, page in fewer.items()}
    for few in (fewer, copies, {}):
        memory, blocks = learn(few)
        assert not blocks
        assert not memory.names
        assert not any(map(len, (memory.repeated, memory.paths, memory.patterns, memory.headlines)))


def test_a_pardoned_block_stays_and_is_still_shown() -> None:
    learnt = learn(site(12, 8), pardoned={KEY})
    assert KEY not in learnt.memory.repeated
    assert [block.articles for block in learnt.blocks] == [8]


def test_rejected_pages_teach_nothing() -> None:
    pages = site(12, 2)
    sections = {f"/section/{name}": replace(page, accepted=False) for name, page in site(30, 30).items()}
    assert learn(pages | sections).memory.digest == learn(pages).memory.digest


def test_a_block_is_told_with_its_days_and_its_usual_place() -> None:
    pages = site(12, 4)
    days = ("2024-05-03", "", "2023-11-30", "2024-01-01")
    for number, day in enumerate(days):
        block = CHAFF._replace(place="aside > p" if number else "div > p")
        pages[f"/{number}"] = replace(pages[f"/{number}"], day=day, blocks={KEY: block})
    (told,) = learn(pages).blocks
    assert (told.first_seen, told.last_seen, told.path, told.text) == (
        "2023-11-30", "2024-05-03", "aside > p", LINE,
    )  # fmt: skip


def test_the_sites_name_is_what_its_titles_carry() -> None:
    titles = [(f"{SmallPaper().story(number).headline} | City | Lantern",) for number in range(12)]
    pages = {name: replace(page, titles=title) for (name, page), title in zip(site(12).items(), titles, strict=True)}
    assert learn(pages).memory.names == ("City", "City | Lantern", "Lantern")


@pytest.mark.parametrize(
    ("articles", "on", "named"), [(5, 4, False), (5, 5, True), (12, 4, False), (12, 7, False), (12, 8, True)]
)
def test_only_what_most_titles_carry_is_the_sites_name(articles: int, on: int, named: bool) -> None:
    """And not a headline that a few pages have, nor a series'."""
    pages = site(articles)
    for number in range(on):
        pages[f"/{number}"] = replace(pages[f"/{number}"], titles=("Weather for the weekend",))
    assert learn(pages).memory.names == (("Weather for the weekend",) if named else ())


def test_headlines_are_those_of_the_pages_and_those_told_beside() -> None:
    pages = {name: replace(page, headline=number) for number, (name, page) in enumerate(site(6).items())}
    known = learn(pages, headlines=[77]).memory.headlines
    assert [key for key in range(100) if key in known] == [1, 2, 3, 4, 5, 77], "0 is no headline"


def test_each_article_has_one_voice_for_a_place() -> None:
    pages = site(6)
    for name, kept in (("/0", 1.0), ("/1", 0.0)):
        pages[name] = replace(pages[name], paths={1: Voice(kept, None), 2: Voice(kept, kept)})
    pages |= {f"/copy/{number}": pages["/0"] for number in range(5)}
    paths = learn(pages).memory
    assert paths.standing(1, 0)[0] == (2, 0.5, -1.0)
    assert paths.standing(2, 0)[0] == (2, 0.5, 0.5)


def test_one_article_alone_says_nothing_of_a_place() -> None:
    pages = site(6)
    pages["/0"] = replace(pages["/0"], paths={1: Voice(1.0, None)})
    assert len(learn(pages).memory.paths) == 0


def test_a_page_is_left_out_with_its_copies() -> None:
    pages = site(12, 3)
    pages["/0"] = replace(pages["/0"], headline=5, paths={1: Voice(1.0, None)})
    pages["/1"] = replace(pages["/1"], paths={1: Voice(1.0, None)})
    pages["/copy"] = pages["/0"]
    memory = learn(pages, without="/0").memory
    assert 5 not in memory.headlines
    assert len(memory.paths) == 0
    assert learn(pages).memory.standing(1, 0)[0].articles == 2


def test_the_page_that_is_left_out_counts_for_its_own_blocks_alone() -> None:
    """It is cleaned as it would be in its turn: a block that two others have is then on three."""
    assert where_cut(site(12, 3), without="/0") == EVERYWHERE
    assert where_cut(site(12, 2), without="/0") == 0
    assert where_cut(site(12, 6, TOLD), without="/0") == EVERYWHERE
    assert where_cut(site(12, 5, TOLD), without="/0") == ELSEWHERE
    assert where_cut(printed(12, 6, 3), without="/0") == EVERYWHERE
    assert where_cut(printed(12, 6, 2), without="/0") == ELSEWHERE
    for name in ("/0", "/9"):
        assert [block.articles for block in learn(site(12, 4), without=name).blocks] == [4]


def test_leaving_out_what_was_never_seen_or_rejected_changes_nothing() -> None:
    pages = site(12, 3)
    pages["/10"] = replace(pages["/10"], accepted=False, blocks=pages["/0"].blocks)
    for name in ("/unknown", "/10"):
        assert learn(pages, without=name).memory.digest == learn(pages).memory.digest


def test_stories_of_the_small_paper_are_articles_of_their_own() -> None:
    """What the other tests rest on."""
    paper = SmallPaper()
    assert learn(seen(paper.page(number) for number in range(12))).memory.articles == 12
