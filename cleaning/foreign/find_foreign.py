"""Find all elements of a page that are no part of its article."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cleaning.foreign.next_story import find_next_story

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from cleaning.metadata.collect import Metadata
    from cleaning.page.removal import ElementCut


class Foreign(NamedTuple):
    """The cuts of the foreign elements; `headlines` are those of the other articles among them."""

    cuts: tuple[ElementCut, ...] = ()
    headlines: tuple[str, ...] = ()


def find_foreign(tree: HtmlElement, metadata: Metadata, url: str) -> Foreign:
    """Return what of a page is foreign to its article. The tree is not changed."""
    following = find_next_story(tree, metadata, url)
    return Foreign(following.cuts, following.headlines)
