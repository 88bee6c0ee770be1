"""Rate where a byline stands: near the headline, before or behind it, in a part of the page that is of other texts."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

from cleaning.metadata.authors.marks import read_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.html import HtmlElement

# Parts of a page whose bylines are those of other texts.
COMMENTS = frozenset("comment comments commentlist commenter kommentar kommentare respond disqus reply replies".split())  # noqa: SIM905
ELSEWHERE = frozenset(
    """
    related recommended recommendations recirc teaser teasers sidebar footer nav menu popular trending latest more next
    carousel slider promo newsletter mostread recent feed suggestions upnext readmore outbrain taboola ad ads
    cookie modal podcast gallery figure caption
    """.split()  # noqa: SIM905 -- thirty quoted words read worse
)
ASIDE = frozenset(("aside", "footer", "nav", "figure", "figcaption", "form", "blockquote"))
MAX_CARD, MAX_CARD_HEADINGS = 1_500, 6
MIN_HEADLINE = 30  # characters of the heading of another story
MAX_CLIMB = 6
NEAR, BEFORE, AFTER, UNKNOWN = 4.0, 3.0, 0.5, 1.0
MAX_NEAR = 500  # elements that follow the headline
MIN_PARAGRAPH, MAX_PARAGRAPHS = 150, 3  # characters of a paragraph, and paragraphs that may stand between


class Surroundings:
    """Where the elements of a page stand relative to its headline."""

    def __init__(self, headline: HtmlElement | None) -> None:
        self._headline = headline
        self.above = [] if headline is None else list(headline.iterancestors())
        self._depths = {element: depth for depth, element in enumerate(self.above)}
        # With the paragraphs that stand between.
        self.near = {} if headline is None else _list_near(headline)
        self._stories: dict[HtmlElement, bool] = {}

    def rate(self, element: HtmlElement) -> float:
        """Return how likely the byline in this element is that of the article, by its place.

        NEAR is the most for the elements above and near the headline, BEFORE for all others.
        """
        cost, shared = self._rate_parts(element)
        if not self.near.get(element, 1):
            cost /= 2  # right below the headline a byline in a part of any name is mostly the article's
        if self._headline is None:
            return UNKNOWN - cost
        if element in self.near or shared is element:
            return NEAR - cost
        if shared is not None and self._depths[shared] <= 3 and self._stands_before(element, shared):
            return BEFORE - cost
        return AFTER - cost

    def _rate_parts(self, element: HtmlElement) -> tuple[float, HtmlElement | None]:
        """Return the cost of the parts of the page around the element, and the one it shares with the headline."""
        costs: dict[str, float] = {}
        for at, one in enumerate((element, *element.iterancestors())):
            if one in self._depths:
                return sum(costs.values()), one
            words = read_words(one.get("class"), one.get("id"))
            if words & COMMENTS:
                costs["comments"] = 20.0
            if words & ELSEWHERE:
                costs["elsewhere"] = 6.0
            if one.tag in ASIDE:
                costs["aside"] = 1.0
            if 0 < at < MAX_CLIMB and "story" not in costs and self._tells_another_story(one):
                costs["story"] = 6.0
        return sum(costs.values()), None

    def _tells_another_story(self, element: HtmlElement) -> bool:
        """Return whether an element is a card, which is found out once for all bylines in it."""
        if element not in self._stories:
            self._stories[element] = _is_card(element)
        return self._stories[element]

    def _stands_before(self, element: HtmlElement, shared: HtmlElement) -> bool:
        mine, others = {element, *element.iterancestors()}, {self._headline, *self.above}
        for child in shared:
            if child in mine:
                return True
            if child in others:
                return False
        return False


def _list_near(headline: HtmlElement) -> dict[HtmlElement, int]:
    """Return the elements that follow the headline and the paragraphs that have passed, until there are three."""
    near: dict[HtmlElement, int] = {}
    paragraphs = 0
    for element in islice(chain.from_iterable(_iterate_following(headline)), MAX_NEAR):
        near[element] = paragraphs
        if element.tag in {"p", "div"} and len(element.text or "") >= MIN_PARAGRAPH:
            paragraphs += 1
            if paragraphs == MAX_PARAGRAPHS:
                break
    return near


def _iterate_following(headline: HtmlElement) -> Iterator[Iterator[HtmlElement]]:
    """Yield the elements of each part that follows the headline in the page."""
    current: HtmlElement | None = headline
    while current is not None and current.tag != "body":
        for sibling in current.itersiblings():
            yield sibling.iter()
        current = current.getparent()


def _is_card(element: HtmlElement) -> bool:
    """Return whether an element has a heading of the length of a headline, and little text beside it."""
    headings = list(islice(element.iterdescendants("h1", "h2", "h3", "h4"), MAX_CARD_HEADINGS + 1))
    if not 0 < len(headings) <= MAX_CARD_HEADINGS:
        return False
    length = 0
    for text in element.itertext():
        length += len(text)
        if length > MAX_CARD:
            return False
    return any(len(" ".join("".join(heading.itertext()).split())) >= MIN_HEADLINE for heading in headings)
