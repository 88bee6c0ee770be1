"""Duplicates, and articles that only look like one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from wordy import make_text

from cleaning.duplicates.article_sketch import ComparedArticle, build_story_key
from cleaning.duplicates.judge import DuplicateMatch, DuplicateVerdict, RankedArticle, judge_duplicate, match_articles

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def story(name: str, body: str, *, title: str = "Ferry runs again", **more: object) -> ComparedArticle:
    url = f"https://courier.example/{name}"
    fields = {
        "id": name,
        "url": url,
        "canonical_url": url,
        "site": "courier",
        "key": build_story_key(title),
        "published_at": NOON,
        "fetched_at": NOON,
        "text": body,
    }
    return ComparedArticle(**fields | more)  # type: ignore[arg-type]


def rule(one: ComparedArticle, other: ComparedArticle) -> str | None:
    match, back = match_articles(one, other), match_articles(other, one)
    assert match == back
    return match.rule if match else None


def test_the_same_headline_over_the_same_text_is_a_repeated_headline() -> None:
    assert match_articles(story("a", make_text("x")), story("b", make_text("x"))) == DuplicateMatch(
        "repeated-headline", 1.0, 1.0
    )


def test_the_same_text_under_another_headline_of_another_site_is_a_near_duplicate() -> None:
    copy = story("b", make_text("x"), title="Boats are back, says skipper", site="gazette")
    assert rule(story("a", make_text("x")), copy) == "near-duplicate"


@pytest.mark.parametrize("title", ["Opinion | Ferry runs again", "Ferry runs again!", "Ferry run again - The Courier"])
def test_a_headline_that_is_nearly_the_same_is_the_same(title: str) -> None:
    assert rule(story("a", make_text("x")), story("b", make_text("x"), title=title)) == "repeated-headline"


def test_an_updated_version_is_the_same_story() -> None:
    assert rule(story("a", make_text("x")), story("b", make_text("x", "y", "z"))) == "repeated-headline"
    assert (
        rule(story("a", make_text("x")), story("b", make_text("y", "x"), title="What we know of the ferry"))
        == "near-duplicate"
    )


def test_a_column_whose_title_recurs_is_no_duplicate() -> None:
    greeting, farewell = make_text("greeting").split("\n")[0], make_text("farewell").split("\n")[0]
    monday = story("a", f"{greeting}\n{make_text('mon')}\n{farewell}", title="Letters to the editor today")
    tuesday = story("b", f"{greeting}\n{make_text('tue')}\n{farewell}", title="Letters to the editor today")
    assert rule(monday, tuesday) is None


def test_a_story_told_again_by_the_same_site_within_a_week_is_a_repeated_headline() -> None:
    lead, later = make_text("lead").split("\n")[:3], make_text("later").split("\n")[:3]
    middle = make_text("middle").split("\n")[:3]
    one = story("a", "\n".join([*lead[:2], *middle, lead[2]]))
    retold = "\n".join([*later[:2], *middle, later[2]])
    assert rule(one, story("b", retold)) == "repeated-headline"
    assert rule(one, story("b", retold, site="gazette")) is None
    assert rule(one, story("b", retold, published_at=NOON + timedelta(days=8))) is None
    assert rule(one, story("b", retold, title="Ferry again")) is None


def test_a_headline_of_two_words_is_never_enough() -> None:
    one, other = (
        story("a", make_text("x"), title="Morning briefing"),
        story("b", make_text("y"), title="Morning briefing"),
    )
    assert rule(one, other) is None
    assert rule(one, story("c", make_text("x"), title="Morning briefing")) == "near-duplicate"


def test_no_headline_is_no_repeated_headline() -> None:
    assert rule(story("a", make_text("x"), title=""), story("b", make_text("y"), title="")) is None


def test_the_same_headline_over_another_text_is_another_story() -> None:
    assert rule(story("a", make_text("x")), story("b", make_text("y"), site="gazette")) is None


def test_a_round_up_is_no_copy_of_its_items() -> None:
    brief = make_text("brief", paragraphs=2)
    everything = make_text(*(f"other {number}" for number in range(8)))
    assert rule(story("a", brief), story("b", f"{everything}\n{brief}", title="All that happened")) is None


def test_a_short_note_is_a_copy_only_if_nearly_all_of_it_and_the_headline_are_the_same() -> None:
    one = "The office is closed on Friday because of the fair. Letters may be left with the baker."
    other = one.replace("Letters may be left with the baker.", "Call the mayor before noon.")
    note = story("a", one, title="Office closed on Friday")
    assert rule(note, story("b", one, title="Office closed on Friday")) == "repeated-headline"
    assert rule(note, story("b", one, title="Click here for more")) is None
    assert rule(note, story("b", other, title="Office closed on Friday")) is None


def test_one_canonical_url_makes_one_article() -> None:
    full = story("a", make_text("x"))
    amp = story("amp/a", make_text("x"), title="Ferry runs again (mobile version)", canonical_url=full.url)
    assert rule(full, amp) == "canonical-url"


def test_a_site_that_declares_one_canonical_url_for_all_keeps_its_articles() -> None:
    everywhere = "https://courier.example/story"
    one = story("a", make_text("x"), title="One of the stories", canonical_url=everywhere)
    other = story("b", make_text("y"), title="Another of the stories", canonical_url=everywhere)
    assert rule(one, other) is None
    front = {"canonical_url": "https://courier.example/"}
    assert (
        rule(story("a", make_text("x"), title="One", **front), story("b", make_text("y"), title="Two", **front)) is None
    )


def ranked(
    name: str, hours: int | None = 0, *, length: int = 1000, site: str = "courier", of: str = ""
) -> RankedArticle:
    url = f"https://{site}.example/{name}"
    when = None if hours is None else NOON + timedelta(hours=hours)
    return RankedArticle(name, url, f"https://{site}.example/{of}" if of else url, site, when, length)


SAME = DuplicateMatch("near-duplicate", 1.0, 1.0)
EDITED = DuplicateMatch("near-duplicate", 0.4, 0.7)


def first(*members: RankedArticle) -> str:
    return min(members, key=lambda one: one.precedence).id


def test_the_representative_is_the_earliest_then_the_longest_then_by_address() -> None:
    assert first(ranked("b"), ranked("z", -5), ranked("0", None)) == "z"
    assert first(ranked("z", length=2000), ranked("a")) == "z"
    assert first(ranked("a", of="z"), ranked("z")) == "z"
    assert first(ranked("a"), ranked("z")) == "a"


@pytest.mark.parametrize(
    ("match", "of", "other", "kind"),
    [
        (SAME, {}, {}, "verbatim"),
        (DuplicateMatch("canonical-url", 1.0, 1.0), {}, {}, "same-page"),
        (DuplicateMatch("near-duplicate", 0.5, 1.0), {}, {"length": 500, "site": "gazette"}, "abridged"),
        (DuplicateMatch("near-duplicate", 0.5, 1.0), {}, {"length": 500}, "updated"),
        (DuplicateMatch("near-duplicate", 0.5, 1.0), {"length": 500}, {"site": "gazette"}, "updated"),
        (DuplicateMatch("near-duplicate", 0.4, 0.7), {}, {"site": "gazette"}, "edited"),
        (DuplicateMatch("repeated-headline", 0.2, 0.4), {}, {}, "repeated-headline"),
    ],
)
def test_the_kind_of_a_duplicate(
    match: DuplicateMatch, of: dict[str, int], other: dict[str, object], kind: str
) -> None:
    early, late = ranked("first", -1, **of), ranked("second", 1, **other)  # type: ignore[arg-type]
    found = judge_duplicate(late, {early: (match, None)})
    assert found == DuplicateVerdict("first", match.rule, kind, match.likeness, match.share)
    assert judge_duplicate(early, {late: (match, None)}) is None


def test_of_several_representatives_the_closest_is_repeated_and_of_these_the_first() -> None:
    near = {ranked(name, hours): (SAME, None) for hours, name in enumerate("cab")}
    found = judge_duplicate(ranked("d", 5), near)
    assert found is not None
    assert found.duplicate_of == "c"
    closer = judge_duplicate(ranked("d", 5), {**dict.fromkeys(near, (EDITED, None)), ranked("e", 4): (SAME, None)})
    assert closer is not None
    assert closer.duplicate_of == "e"


def test_a_copy_of_a_duplicate_belongs_to_its_story() -> None:
    copy = ranked("copy", 2)
    assert judge_duplicate(ranked("d", 5), {copy: (SAME, "first")}) == DuplicateVerdict(
        "first", "near-duplicate", "verbatim", 1.0, 1.0, via="copy"
    )
    assert judge_duplicate(
        ranked("d", 5), {copy: (SAME, "first"), ranked("first"): (EDITED, None)}
    ) == DuplicateVerdict("first", "near-duplicate", "edited", 0.4, 0.7)


def test_an_article_like_a_duplicate_but_no_copy_of_it_is_a_story_of_its_own() -> None:
    assert judge_duplicate(ranked("d", 5), {ranked("copy", 2): (EDITED, "first")}) is None


def test_an_article_without_an_earlier_match_is_a_representative() -> None:
    assert judge_duplicate(ranked("a"), {}) is None
    assert judge_duplicate(ranked("a"), {ranked("b", 1): (SAME, None)}) is None
