"""Pages that are copies or near-copies of one article."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from small_paper import SmallPaper

from cleaning.duplicates.near_copies import HASHES, build_page_sketch, cluster_pages, estimate_likeness


def test_an_article_that_grew_by_a_paragraph_is_the_same_article() -> None:
    story, other = SmallPaper().story(0), SmallPaper().story(1)
    first = build_page_sketch(story.text)
    assert cluster_pages({"/a": (first, 0), "/b": (build_page_sketch(f"{story.text}\n{other.paragraphs[0]}"), 0)}) == {
        "/a": "/a",
        "/b": "/a",
    }
    assert cluster_pages({"/a": (first, 0), "/b": (build_page_sketch(other.text), 0)}) == {"/a": "/a", "/b": "/b"}


def test_pages_are_linked_by_the_pages_between_them() -> None:
    """The first and the last of three versions of a story may have little in common."""
    text = [SmallPaper().story(number).paragraphs[0] for number in range(10)]
    early, middle, late = (build_page_sketch("\n".join(text[start : start + 6])) for start in (0, 2, 4))
    assert (
        estimate_likeness(early, late) < 0.5 <= min(estimate_likeness(early, middle), estimate_likeness(middle, late))
    )
    assert set(cluster_pages({"/b": (early, 0), "/c": (late, 0), "/a": (middle, 0)}).values()) == {"/a"}


def test_the_same_headline_makes_one_article_of_pages_less_alike() -> None:
    text = [SmallPaper().story(number).paragraphs[0] for number in range(9)]
    one, other = build_page_sketch("\n".join(text[:6])), build_page_sketch("\n".join(text[3:]))
    assert 0.3 <= estimate_likeness(one, other) < 0.5
    assert len(set(cluster_pages({"/a": (one, 7), "/b": (other, 7)}).values())) == 1
    assert len(set(cluster_pages({"/a": (one, 7), "/b": (other, 8)}).values())) == 2
    assert len(set(cluster_pages({"/a": (one, 0), "/b": (other, 0)}).values())) == 2, "0 is no headline"


def test_a_text_without_words_is_like_nothing() -> None:
    assert build_page_sketch(" * * * ") == ()
    assert estimate_likeness((), ()) == 0.0
    assert cluster_pages({"/a": ((), 7), "/b": ((), 7)}) == {"/a": "/a", "/b": "/b"}


def test_a_sketch_has_a_maximal_length() -> None:
    text = "\n".join(SmallPaper().story(number).text for number in range(5))
    assert len(build_page_sketch(text)) == HASHES
    assert list(build_page_sketch(text)) == sorted(set(build_page_sketch(text)))
    assert estimate_likeness(build_page_sketch(text), build_page_sketch(text.upper())) == 1.0


SKETCHES = st.lists(st.integers(0, 30), max_size=8, unique=True).map(lambda hashes: tuple(sorted(hashes)))


@given(SKETCHES, SKETCHES)
def test_likeness_is_mutual_and_a_share(one: tuple[int, ...], other: tuple[int, ...]) -> None:
    assert estimate_likeness(one, other) == estimate_likeness(other, one)
    assert 0.0 <= estimate_likeness(one, other) <= 1.0
    assert (estimate_likeness(one, other) == 1.0) == (one == other != ())
