"""Which pages are one article."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from small_paper import SmallPaper

from cleaning.memory.sketches import HASHES, clusters, likeness, sketch


def test_an_article_that_grew_by_a_paragraph_is_the_same_article() -> None:
    story, other = SmallPaper().story(0), SmallPaper().story(1)
    first = sketch(story.text)
    assert clusters({"/a": (first, 0), "/b": (sketch(f"{story.text}\n{other.paragraphs[0]}"), 0)}) == {
        "/a": "/a",
        "/b": "/a",
    }
    assert clusters({"/a": (first, 0), "/b": (sketch(other.text), 0)}) == {"/a": "/a", "/b": "/b"}


def test_pages_hang_together_by_those_between_them() -> None:
    """Of three versions of a story the first and the last may have little in common."""
    text = [SmallPaper().story(number).paragraphs[0] for number in range(10)]
    early, middle, late = (sketch("\n".join(text[start : start + 6])) for start in (0, 2, 4))
    assert likeness(early, late) < 0.5 <= min(likeness(early, middle), likeness(middle, late))
    assert set(clusters({"/b": (early, 0), "/c": (late, 0), "/a": (middle, 0)}).values()) == {"/a"}


def test_the_same_headline_makes_one_article_of_pages_less_alike() -> None:
    text = [SmallPaper().story(number).paragraphs[0] for number in range(9)]
    one, other = sketch("\n".join(text[:6])), sketch("\n".join(text[3:]))
    assert 0.3 <= likeness(one, other) < 0.5
    assert len(set(clusters({"/a": (one, 7), "/b": (other, 7)}).values())) == 1
    assert len(set(clusters({"/a": (one, 7), "/b": (other, 8)}).values())) == 2
    assert len(set(clusters({"/a": (one, 0), "/b": (other, 0)}).values())) == 2, "0 is no headline"


def test_a_text_without_words_is_like_nothing() -> None:
    assert sketch(" * * * ") == ()
    assert likeness((), ()) == 0.0
    assert clusters({"/a": ((), 7), "/b": ((), 7)}) == {"/a": "/a", "/b": "/b"}


def test_a_sketch_is_no_longer_for_a_longer_text() -> None:
    text = "\n".join(SmallPaper().story(number).text for number in range(5))
    assert len(sketch(text)) == HASHES
    assert list(sketch(text)) == sorted(set(sketch(text)))
    assert likeness(sketch(text), sketch(text.upper())) == 1.0


SKETCHES = st.lists(st.integers(0, 30), max_size=8, unique=True).map(lambda hashes: tuple(sorted(hashes)))


@given(SKETCHES, SKETCHES)
def test_likeness_is_mutual_and_a_share(one: tuple[int, ...], other: tuple[int, ...]) -> None:
    assert likeness(one, other) == likeness(other, one)
    assert 0.0 <= likeness(one, other) <= 1.0
    assert (likeness(one, other) == 1.0) == (one == other != ())
