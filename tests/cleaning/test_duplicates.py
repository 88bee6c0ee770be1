"""What a duplicate is, and what only looks like one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from wordy import wordy

from cleaning.duplicates import Kinship, Member, Standing, same_story, standing
from cleaning.stories import Story, story_key

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def story(name: str, body: str, *, title: str = "Ferry runs again", **more: object) -> Story:
    url = f"https://courier.example/{name}"
    fields = {
        "id": name,
        "url": url,
        "canonical_url": url,
        "site": "courier",
        "key": story_key(title),
        "published_at": NOON,
        "fetched_at": NOON,
        "text": body,
    }
    return Story(**fields | more)  # type: ignore[arg-type]


def rule(one: Story, other: Story) -> str | None:
    kinship, back = same_story(one, other), same_story(other, one)
    assert kinship == back
    return kinship.rule if kinship else None


def test_the_same_headline_over_the_same_text_is_a_repeated_headline() -> None:
    assert same_story(story("a", wordy("x")), story("b", wordy("x"))) == Kinship("repeated-headline", 1.0, 1.0)


def test_the_same_text_under_another_headline_of_another_site_is_a_near_duplicate() -> None:
    copy = story("b", wordy("x"), title="Boats are back, says skipper", site="gazette")
    assert rule(story("a", wordy("x")), copy) == "near-duplicate"


@pytest.mark.parametrize("title", ["Opinion | Ferry runs again", "Ferry runs again!", "Ferry run again - The Courier"])
def test_a_headline_that_is_nearly_the_same_is_the_same(title: str) -> None:
    assert rule(story("a", wordy("x")), story("b", wordy("x"), title=title)) == "repeated-headline"


def test_an_updated_version_is_the_same_story() -> None:
    assert rule(story("a", wordy("x")), story("b", wordy("x", "y", "z"))) == "repeated-headline"
    assert (
        rule(story("a", wordy("x")), story("b", wordy("y", "x"), title="What we know of the ferry")) == "near-duplicate"
    )


def test_a_column_whose_title_recurs_is_no_duplicate() -> None:
    greeting, farewell = wordy("greeting").split("\n")[0], wordy("farewell").split("\n")[0]
    monday = story("a", f"{greeting}\n{wordy('mon')}\n{farewell}", title="Letters to the editor today")
    tuesday = story("b", f"{greeting}\n{wordy('tue')}\n{farewell}", title="Letters to the editor today")
    assert rule(monday, tuesday) is None


def test_a_story_told_anew_by_its_own_site_within_a_week_is_a_repeated_headline() -> None:
    lead, later = wordy("lead").split("\n")[:3], wordy("later").split("\n")[:3]
    middle = wordy("middle").split("\n")[:3]
    one = story("a", "\n".join([*lead[:2], *middle, lead[2]]))
    retold = "\n".join([*later[:2], *middle, later[2]])
    assert rule(one, story("b", retold)) == "repeated-headline"
    assert rule(one, story("b", retold, site="gazette")) is None
    assert rule(one, story("b", retold, published_at=NOON + timedelta(days=8))) is None
    assert rule(one, story("b", retold, title="Ferry again")) is None


def test_a_headline_of_two_words_is_never_enough() -> None:
    one, other = story("a", wordy("x"), title="Morning briefing"), story("b", wordy("y"), title="Morning briefing")
    assert rule(one, other) is None
    assert rule(one, story("c", wordy("x"), title="Morning briefing")) == "near-duplicate"


def test_no_headline_is_no_repeated_headline() -> None:
    assert rule(story("a", wordy("x"), title=""), story("b", wordy("y"), title="")) is None


def test_the_same_headline_over_another_text_is_another_story() -> None:
    assert rule(story("a", wordy("x")), story("b", wordy("y"), site="gazette")) is None


def test_a_round_up_is_no_copy_of_what_it_holds() -> None:
    brief = wordy("brief", paragraphs=2)
    everything = wordy(*(f"other {number}" for number in range(8)))
    assert rule(story("a", brief), story("b", f"{everything}\n{brief}", title="All that happened")) is None


def test_a_short_note_is_a_copy_only_where_nearly_all_of_it_is_and_the_headline() -> None:
    one = "The office is closed on Friday because of the fair. Letters may be left with the baker."
    other = one.replace("Letters may be left with the baker.", "Call the mayor before noon.")
    note = story("a", one, title="Office closed on Friday")
    assert rule(note, story("b", one, title="Office closed on Friday")) == "repeated-headline"
    assert rule(note, story("b", one, title="Click here for more")) is None
    assert rule(note, story("b", other, title="Office closed on Friday")) is None


def test_one_canonical_url_makes_one_article() -> None:
    full = story("a", wordy("x"))
    amp = story("amp/a", wordy("x"), title="Ferry runs again (mobile version)", canonical_url=full.url)
    assert rule(full, amp) == "canonical-url"


def test_a_site_that_declares_one_canonical_url_for_all_keeps_its_articles() -> None:
    everywhere = "https://courier.example/story"
    one = story("a", wordy("x"), title="One of the stories", canonical_url=everywhere)
    other = story("b", wordy("y"), title="Another of the stories", canonical_url=everywhere)
    assert rule(one, other) is None
    front = {"canonical_url": "https://courier.example/"}
    assert rule(story("a", wordy("x"), title="One", **front), story("b", wordy("y"), title="Two", **front)) is None


def member(name: str, hours: int | None = 0, *, length: int = 1000, site: str = "courier", of: str = "") -> Member:
    url = f"https://{site}.example/{name}"
    when = None if hours is None else NOON + timedelta(hours=hours)
    return Member(name, url, f"https://{site}.example/{of}" if of else url, site, when, length)


SAME = Kinship("near-duplicate", 1.0, 1.0)
EDITED = Kinship("near-duplicate", 0.4, 0.7)


def first(*members: Member) -> str:
    return min(members, key=lambda one: one.precedence).id


def test_the_earliest_stands_for_its_story_then_the_fullest_then_the_address() -> None:
    assert first(member("b"), member("z", -5), member("0", None)) == "z"
    assert first(member("z", length=2000), member("a")) == "z"
    assert first(member("a", of="z"), member("z")) == "z"
    assert first(member("a"), member("z")) == "a"


@pytest.mark.parametrize(
    ("kinship", "of", "other", "kind"),
    [
        (SAME, {}, {}, "verbatim"),
        (Kinship("canonical-url", 1.0, 1.0), {}, {}, "same-page"),
        (Kinship("near-duplicate", 0.5, 1.0), {}, {"length": 500, "site": "gazette"}, "abridged"),
        (Kinship("near-duplicate", 0.5, 1.0), {}, {"length": 500}, "updated"),
        (Kinship("near-duplicate", 0.5, 1.0), {"length": 500}, {"site": "gazette"}, "updated"),
        (Kinship("near-duplicate", 0.4, 0.7), {}, {"site": "gazette"}, "edited"),
        (Kinship("repeated-headline", 0.2, 0.4), {}, {}, "repeated-headline"),
    ],
)
def test_what_an_article_is_to_the_one_that_it_repeats(
    kinship: Kinship, of: dict[str, int], other: dict[str, object], kind: str
) -> None:
    early, late = member("first", -1, **of), member("second", 1, **other)  # type: ignore[arg-type]
    found = standing(late, {early: (kinship, None)})
    assert found == Standing("first", kinship.rule, kind, kinship.likeness, kinship.share)
    assert standing(early, {late: (kinship, None)}) is None


def test_of_several_that_stand_for_a_story_the_closest_is_repeated_and_of_these_the_first() -> None:
    near = {member(name, hours): (SAME, None) for hours, name in enumerate("cab")}
    found = standing(member("d", 5), near)
    assert found is not None
    assert found.of == "c"
    closer = standing(member("d", 5), {**dict.fromkeys(near, (EDITED, None)), member("e", 4): (SAME, None)})
    assert closer is not None
    assert closer.of == "e"


def test_a_copy_of_a_duplicate_is_of_its_story() -> None:
    copy = member("copy", 2)
    assert standing(member("d", 5), {copy: (SAME, "first")}) == Standing(
        "first", "near-duplicate", "verbatim", 1.0, 1.0, via="copy"
    )
    assert standing(member("d", 5), {copy: (SAME, "first"), member("first"): (EDITED, None)}) == Standing(
        "first", "near-duplicate", "edited", 0.4, 0.7
    )


def test_what_is_like_a_duplicate_without_being_its_copy_is_a_story_of_its_own() -> None:
    assert standing(member("d", 5), {member("copy", 2): (EDITED, "first")}) is None


def test_what_is_kin_to_nothing_before_it_stands_for_itself() -> None:
    assert standing(member("a"), {}) is None
    assert standing(member("a"), {member("b", 1): (SAME, None)}) is None
