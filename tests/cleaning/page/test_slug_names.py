"""An id or class that is the slug of a heading names no part of the page."""

from __future__ import annotations

import pytest

from cleaning.page.parsing import parse_tree
from cleaning.page.slug_names import forget_slugs
from cleaning.phrases import is_part_label

PROSE = "The county pays a third of the new pumps, and the villages have to find the other two thirds."


def read_names(html: str) -> list[str]:
    """Return the ids and classes that are left in this HTML."""
    tree = parse_tree(f"<html><body>{html}</body></html>")
    assert tree is not None
    forget_slugs(tree, is_part_label)
    return [value for element in tree.iter() for name in ("id", "class") if (value := element.get(name))]


@pytest.mark.parametrize(
    "html",
    [
        f"<section id='related-costs'><h2>Related costs</h2><p>{PROSE}</p></section>",
        f"<section id='comments-of-the-waterworks'><h3>Comments of the waterworks</h3><p>{PROSE}</p></section>",
        f"<div id='share_of_the_vote'><h2>The share of the vote</h2><p>{PROSE}</p></div>",
        f"<div id='h-popular-ferries'><div><h2>Popular ferries, and others</h2></div><p>{PROSE}</p></div>",
        f"<div class='sponsored-boats'><h2>Sponsored boats</h2><div>{PROSE}</div></div>",
        f"<div id='tags-fuer-moeven'><h2>Tags für Möven</h2><p>{PROSE}</p></div>",
        f"<section id='menu-del-gremio-2'><h2>El menú del gremio</h2><p>{PROSE}</p></section>",
        "<h2 id='promo-of-the-guild'>Promo of the guild</h2>",
    ],
)
def test_a_slug_is_forgotten(html: str) -> None:
    assert read_names(html) == []


def test_other_classes_of_the_element_stay() -> None:
    assert read_names(f"<div class='box related-costs'><h2>Related costs</h2><p>{PROSE}</p></div>") == ["box"]


@pytest.mark.parametrize(
    "html",
    [
        f"<section id='related-articles'><h2>Related articles</h2><p>{PROSE}</p></section>",
        f"<section id='about-the-author'><h2>About the author</h2><p>{PROSE}</p></section>",
        f"<div id='share-this-story'><h3>Share this story</h3><p>{PROSE}</p></div>",
        f"<div id='sign-up-for-our-news'><h3>Sign up for our news from the county</h3><p>{PROSE}</p></div>",
        f"<div id='related'><h2>Related costs</h2><p>{PROSE}</p></div>",
        f"<div id='related-stories'><h2>Costs of the pumps</h2><p>{PROSE}</p></div>",
        f"<div id='related-costs'><p>{PROSE}</p><h2>Related costs</h2></div>",
        f"<div id='related-costs'><h2>Related costs</h2><ul><li><a href='/a'>{PROSE}</a></li></ul></div>",
    ],
)
def test_the_name_of_a_part_stays(html: str) -> None:
    assert len(read_names(html)) == 1
