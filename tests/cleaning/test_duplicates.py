"""What a duplicate is, and what only looks like one."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cleaning.duplicates import Standing, Story, same_story, shared, shingles, standings

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
VOCABULARY = [
    f"{stem}{ending}" for stem in ("harbour", "council", "ferry", "orchard") for ending in ("", "s", "ed", "ing")
]


def prose(seed: int, words: int = 120) -> str:
    chosen = random.Random(seed).choices(VOCABULARY + [str(number) for number in range(400)], k=words)
    return " ".join(chosen)


def story(name: str, text: str, *, key: str = "ferry runs again", **more: object) -> Story:
    url = f"https://courier.example/{name}"
    fields = {
        "id": name,
        "url": url,
        "canonical_url": url,
        "site": "courier",
        "headline_key": key,
        "published_at": NOON,
        "fetched_at": NOON,
        "text": text,
    }
    return Story(**fields | more)  # type: ignore[arg-type]


def test_the_same_headline_over_the_same_text_is_a_repeated_headline() -> None:
    match = same_story(story("a", prose(1)), story("b", prose(1)))
    assert match is not None
    assert (match.rule, match.share) == ("repeated-headline", 1.0)


def test_an_updated_version_within_the_week_is_a_repeated_headline() -> None:
    longer = f"{prose(1)} {prose(2)}"
    assert same_story(story("a", prose(1)), story("b", longer, published_at=NOON + timedelta(days=2)))


def test_a_column_whose_title_recurs_is_no_duplicate() -> None:
    monday = story("a", f"Good morning from the harbour. {prose(1)}", key="morning briefing")
    tuesday = story("b", f"Good morning from the harbour. {prose(2)}", key="morning briefing")
    assert same_story(monday, tuesday) is None


def test_another_site_must_tell_the_same_story_in_the_same_words() -> None:
    ours = story("a", prose(1))
    half = f"{prose(1, 50)} {prose(2, 70)}"
    assert same_story(ours, story("b", half))
    assert same_story(ours, story("b", half, site="gazette")) is None
    assert same_story(ours, story("b", prose(1), site="gazette"))


def test_after_a_week_the_same_site_must_do_so_too() -> None:
    half = f"{prose(1, 50)} {prose(2, 70)}"
    later = NOON + timedelta(days=8)
    assert same_story(story("a", prose(1)), story("b", half, published_at=later)) is None
    assert same_story(story("a", prose(1)), story("b", prose(1), published_at=later))


def test_another_headline_is_another_story_here() -> None:
    assert same_story(story("a", prose(1)), story("b", prose(1), key="night ferry is back")) is None


def test_no_headline_is_no_repeated_headline() -> None:
    assert same_story(story("a", prose(1), key=""), story("b", prose(1), key="")) is None


def test_one_canonical_url_makes_one_article() -> None:
    full = story("a", prose(1))
    amp = story("amp/a", prose(1), key="ferry runs again amp", canonical_url=full.url)
    match = same_story(full, amp)
    assert match is not None
    assert match.rule == "canonical-url"


def test_a_site_that_declares_one_canonical_url_for_all_keeps_its_articles() -> None:
    everywhere = "https://courier.example/story"
    one = story("a", prose(1), key="one", canonical_url=everywhere)
    other = story("b", prose(2), key="other", canonical_url=everywhere)
    assert same_story(one, other) is None
    front = "https://courier.example/"
    assert (
        same_story(
            story("a", prose(1), key="x", canonical_url=front), story("b", prose(1), key="y", canonical_url=front)
        )
        is None
    )


def test_the_article_that_stands_for_its_cluster_is_the_earliest() -> None:
    early = story("z", prose(1), published_at=NOON - timedelta(hours=5))
    late = story("a", prose(1))
    undated = story("0", prose(1), published_at=None)
    assert standings([late, undated, early]) == {
        "z": None,
        "a": Standing("z", "repeated-headline", 1.0),
        "0": Standing("z", "repeated-headline", 1.0),
    }


def test_the_article_under_its_own_canonical_url_stands_for_its_twin() -> None:
    full = story("full", prose(1))
    amp = story("amp", prose(1), canonical_url=full.url, published_at=NOON - timedelta(days=1))
    assert standings([amp, full]) == {"full": None, "amp": Standing("full", "canonical-url", 1.0)}


def test_standings_are_the_same_in_any_order() -> None:
    chain = [
        story("a", prose(1)),
        story("b", f"{prose(1)} {prose(2)}", published_at=NOON + timedelta(hours=1)),
        story("c", prose(2), published_at=NOON + timedelta(hours=2)),
        story("d", prose(3), published_at=NOON + timedelta(hours=3)),
    ]
    outcomes = {tuple(sorted(standings(order).items(), key=lambda item: item[0])) for order in permutations(chain)}
    assert len(outcomes) == 1
    (outcome,) = outcomes
    assert {name: standing and standing.of for name, standing in outcome} == {"a": None, "b": "a", "c": "a", "d": None}


@given(st.text(), st.text())
def test_likeness_is_symmetric_and_a_share(one: str, other: str) -> None:
    assert shared(one, other) == shared(other, one)
    assert 0.0 <= shared(one, other) <= 1.0


@given(st.text())
def test_a_text_is_like_itself(text: str) -> None:
    assert shared(text, text) == (1.0 if shingles(text) else 0.0)


def test_scripts_without_spaces_are_compared_by_characters() -> None:
    text = "市议会周一晚上批准了港口的新渡轮码头"
    assert len(shingles(text)) > 10
    assert shared(text, text[:12]) == 1.0
    assert shared(text, "完全不同的一句话讲的是果园和晚霜") == 0.0


def test_a_short_text_is_one_shingle() -> None:
    assert shingles("Two words") == {"two words"}
    assert shingles("") == frozenset()


def test_every_text_is_broken_into_shingles_once(monkeypatch: pytest.MonkeyPatch) -> None:
    broken: list[str] = []

    def counted(text: str) -> frozenset[str]:
        broken.append(text)
        return shingles(text)

    monkeypatch.setattr("cleaning.duplicates.shingles", counted)
    copies = [story(f"{number:02}", f"{prose(1)} {number}") for number in range(80)]
    outcome = standings(copies)
    assert sum(standing is not None for standing in outcome.values()) == 79
    assert sorted(broken) == sorted(copy.text for copy in copies)


def test_a_text_that_nothing_is_compared_with_is_not_broken_into_shingles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("cleaning.duplicates.shingles")
    strangers = [story(str(number), prose(number), key=f"headline {number}") for number in range(5)]
    assert standings(strangers) == {str(number): None for number in range(5)}
