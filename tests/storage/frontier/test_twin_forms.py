"""Which addresses show the same page, by their form alone."""

from __future__ import annotations

import pytest

from storage.frontier.same_pages.twin_evidence import TwinRules
from storage.frontier.same_pages.twin_forms import (
    compute_group,
    count_oddities,
    find_session_parameters,
    find_single_difference,
)

STORY = "https://paper.example/2026/11/30/the-mill-is-sold"
SHOW = "https://paper.example/show.php?id=12"


@pytest.mark.parametrize(
    "other",
    [
        "http://paper.example/2026/11/30/the-mill-is-sold",
        "https://www.paper.example/2026/11/30/the-mill-is-sold",
        "http://www.paper.example/2026/11/30/the-mill-is-sold/",
        f"{STORY}/",
        f"{STORY}/index.html",
        f"{STORY}/amp/",
        f"{STORY}?amp=1",
        f"{STORY}?outputType=amp",
        f"{STORY}?print=1",
        f"{STORY}/print/",
        "https://m.paper.example/2026/11/30/the-mill-is-sold",
        "https://paper.example/amp/2026/11/30/the-mill-is-sold",
        f"{STORY}?partner=rss",
        f"{STORY}?mod=rss_whats_news",
        f"{STORY}?feedName=topNews&feedType=RSS",
        f"{STORY}?source=homepage",
        f"{STORY}?whatever=top",
        f"{STORY}?via=newsletter&sh=6f3a",
        f"{STORY}?sid=5f3a9c1e",
    ],
)
def test_twins_of_a_story(other: str) -> None:
    assert TwinRules().are_twins(STORY, other)
    assert compute_group(STORY, frozenset()) == compute_group(other, frozenset())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (SHOW, "https://paper.example/show.php?id=13"),
        (SHOW, f"{SHOW}&part=appendix"),
        (f"{SHOW}&lang=en", f"{SHOW}&lang=de"),
        ("https://paper.example/show?story=mill-and-twitter", "https://paper.example/show?story=mill-and-facebook"),
        ("https://paper.example/show?gallery=flood", "https://paper.example/show"),
        ("https://paper.example/show?uid=5", "https://paper.example/show?uid=6"),
        (STORY, f"{STORY}?page=two"),
        (STORY, f"{STORY}?entry=a17"),
        (f"{STORY}?whatever=top", f"{STORY}?whatever=end"),
        (STORY, "https://paper.example/2026/11/30/the-mill-is-full"),
        (STORY, "https://blog.paper.example/2026/11/30/the-mill-is-sold"),
        ("https://paper.example/amp/", "https://paper.example/"),
    ],
)
def test_pages_of_their_own(one: str, other: str) -> None:
    assert not TwinRules().are_twins(one, other)


def test_what_was_learnt_decides() -> None:
    other = f"{SHOW}&visit=88"
    assert not TwinRules().are_twins(SHOW, other)
    ignored = frozenset({"parameter:visit"})
    assert TwinRules(ignored).are_twins(SHOW, other)
    assert compute_group(SHOW, ignored) == compute_group(other, ignored)
    assert not TwinRules(refuted=frozenset({"slash"})).are_twins(STORY, f"{STORY}/")


def test_the_words_behind_an_id_may_be_free_but_not_those_behind_a_date_or_a_section() -> None:
    story = "https://paper.example/news/ab12345678/202611/the-mill-is-sold"
    other = "https://paper.example/news/ab12345678/202611/mill-sold"
    assert find_single_difference(story, other) == "slug"
    assert not TwinRules().are_twins(story, other)
    assert TwinRules(frozenset({"slug"})).are_twins(story, other)
    assert compute_group(story, frozenset({"slug"})) == compute_group(other, frozenset({"slug"}))
    for folder in ("2026/11/30", "202611", "30-11-2026", "mills"):
        assert (
            find_single_difference(*(f"https://paper.example/{folder}/{words}" for words in ("a-mill", "a-ferry")))
            is None
        )


def test_one_difference_is_named_and_several_are_not() -> None:
    assert find_single_difference(SHOW, f"{SHOW}&visit=88") == "parameter:visit"
    assert find_single_difference(STORY, f"{STORY}/") == "slash"
    assert find_single_difference(STORY, f"http://paper.example{STORY[21:]}/") is None
    assert find_single_difference(STORY, SHOW) is None


def test_the_plainest_address_has_the_fewest_oddities() -> None:
    assert count_oddities(STORY) == 0 == count_oddities(f"{STORY}/")
    assert count_oddities(f"{STORY}?partner=rss") == count_oddities(f"{STORY}/amp/") == 1


@pytest.mark.parametrize("value", ["5f3a9c1e", "0123456789abcdef", "1764000000", "deadbe12", "a1b2c3"])
def test_a_drawn_value_that_a_whole_list_shares_is_a_session(value: str) -> None:
    listed = [f"{SHOW}{number}&visit={value}" for number in range(4)]
    assert list(find_session_parameters(listed)) == ["parameter:visit"]


@pytest.mark.parametrize(
    "listed",
    [
        [f"{SHOW}{number}&issue=nov2026&lang=en&edition=us" for number in range(4)],
        [f"{SHOW}{number}&visit=5f3a9c1e" for number in range(2)],  # too few
        [f"{SHOW}{number}&visit=5f3a9c1{number}" for number in range(4)],  # each its own
    ],
)
def test_no_session(listed: list[str]) -> None:
    assert find_session_parameters(listed) == {}
