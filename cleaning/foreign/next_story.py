"""Find where the next article of an endless page begins: a page that shows another article below its own.

Such a page loads or holds the next articles of the site below the first. Each has a headline of the first one's rank,
and says in some way that it is another article: it links to a page of its own, has its own date or byline, its own
<article>, its own JSON-LD, or a line above it announces it. Entries of a live blog, cross-headings, the items of a list
or a newsletter and further parts of one article have headings, too, but of a lower rank, and no such signs.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from cleaning.foreign.page_order import PageOrder
from cleaning.foreign.story_signs import (
    Signs,
    find_link,
    has_article_element,
    has_byline,
    has_rest_elsewhere,
    has_same_look,
    is_article_element,
    is_label,
    is_named_next,
    is_story_name,
    is_twin,
)
from cleaning.foreign.story_unit import (
    find_own_element,
    find_unit,
    list_elements_before,
    list_elements_beside,
    list_preceding,
)
from cleaning.foreign.weigh_signs import Place, is_convincing
from cleaning.metadata.linked_data import is_article, read_strings, read_types
from cleaning.page.headline_key import normalize_headline
from cleaning.page.paragraphs import count_letters
from cleaning.page.removal import ElementCut
from cleaning.page.tags import HEADINGS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from lxml.html import HtmlElement

    from cleaning.metadata.collect import Metadata
    from cleaning.page.text_runs import TextRun

NEXT_ARTICLE = "next_article"  # the rule that cuts it
MIN_WORDS, MIN_LETTERS = 3, 10  # of a headline
MIN_OWN_LETTERS = 80  # in sentences of the page's article, between its headline and the next one
MAX_CANDIDATES = 100
MAX_SENTENCE = 100  # characters of a headline of lower rank that is written as a sentence, with a full stop
NUMBERED = re.compile(r"\W*\d{1,3}\s?[.):-]\s|\W*(?:#|No\.?|Nr\.?)\s?\d", re.IGNORECASE)


class NextStory(NamedTuple):
    """The articles below the page's own: their headlines, and the cuts of their elements."""

    headlines: tuple[str, ...] = ()
    cuts: tuple[ElementCut, ...] = ()


class _Candidate(NamedTuple):
    heading: HtmlElement
    text: str
    rank: int  # how many ranks below the page's headline
    begin: int


def find_next_story(tree: HtmlElement, runs: Sequence[TextRun], metadata: Metadata, url: str) -> NextStory:
    """Return the articles that stand below the page's own; none where its headline is not shown."""
    headline = metadata.headline
    if headline is None or _links_elsewhere(headline, url):
        return NextStory()
    candidates = list(_list_candidates(tree, headline, metadata))
    headings = [candidate.heading for candidate in candidates]
    around = frozenset(headline.iterancestors())
    stated = _list_stated(metadata)
    known = dict.fromkeys(around, False)
    candidates = [one for one in candidates if one.rank == 0 or _may_be_headline(one, around, stated, known)]
    if not candidates:
        return NextStory()
    order = PageOrder(tree, runs)
    headlines: list[str] = []
    cuts: list[ElementCut] = []
    end = 0  # of what is cut already
    for candidate in candidates[:MAX_CANDIDATES]:
        begin = order.get_begin(candidate.heading)
        if begin < end or begin <= order.get_begin(headline):
            continue
        signs, elements = _examine(candidate, headline, order, metadata, url, headings)
        if elements:
            where = f", which leads to {signs.link}" if signs.link else ""
            evidence = f"below “{candidate.text}”, the headline of another article{where}"
            cuts += [ElementCut(element, NEXT_ARTICLE, evidence, with_tail) for element, with_tail in elements]
            headlines.append(candidate.text)
            end = max(order.get_end(element) for element, _ in elements)
    return NextStory(tuple(headlines), tuple(cuts))


def _may_be_headline(
    candidate: _Candidate, around: Collection[HtmlElement], stated: Collection[str], known: dict[HtmlElement, bool]
) -> bool:
    """Return whether a heading of lower rank is worth a look: it stands in an element of an article or under a label.

    `around` are the elements around the page's headline. `known` are those that were asked for: headings share theirs.
    """
    if normalize_headline(candidate.text) in stated:
        return True
    if len(candidate.text) > MAX_SENTENCE and candidate.text.endswith((".", "。", "।")):
        return False  # a standfirst of the page's article
    element = candidate.heading
    if element.getparent() in around and next(element.iter("a"), None) is not None:
        return True
    asked = []
    found = False
    while element is not None:
        if element in known:
            found = known[element]
            break
        asked.append(element)
        if (
            is_article_element(element)
            or is_story_name(element)
            or is_named_next(element, element)
            or any(map(is_label, list_preceding(element)))
            or next(element.iter("time"), None) is not None
        ):
            found = True
            break
        element = element.getparent()
    known.update(dict.fromkeys(asked, found))
    return found


def _links_elsewhere(headline: HtmlElement, url: str) -> bool:
    """Return whether the page's headline leads to another page: the page is a list of articles."""
    return any(find_link(one, one, url) for one in (headline, *headline.iter("a")))


def _list_candidates(tree: HtmlElement, headline: HtmlElement, metadata: Metadata) -> Iterator[_Candidate]:
    """Yield the headings after the headline that have its rank or the next one, with words of their own."""
    own = normalize_headline(metadata.draft.title)
    titles = {own, *map(normalize_headline, metadata.titles)}
    is_heading = headline.tag in HEADINGS
    tags = {headline.tag: 0}
    if is_heading and headline.tag != HEADINGS[-1]:
        tags[HEADINGS[HEADINGS.index(headline.tag) + 1]] = 1
    is_after = False
    for number, element in enumerate(tree.iter(*tags)):
        if element is headline:
            is_after = True
        elif is_after and (is_heading or has_same_look(element, headline)):
            text = " ".join("".join(element.itertext()).split())
            key = normalize_headline(text)
            if (
                (key.count(" ") + 1 >= MIN_WORDS or count_letters(key) >= MIN_LETTERS)
                and key not in titles
                and own not in key
                and not NUMBERED.match(text)
            ):
                yield _Candidate(element, text, tags[element.tag], number)


def _examine(
    candidate: _Candidate,
    headline: HtmlElement,
    order: PageOrder,
    metadata: Metadata,
    url: str,
    headings: Sequence[HtmlElement],
) -> tuple[Signs, list[tuple[HtmlElement, bool]]]:
    """Return the signs of another article and its elements, each with whether its tail belongs to it; or none."""
    heading = candidate.heading
    begin = order.get_begin(heading)
    own_text = order.list_sentences(order.get_begin(headline), begin)
    if not any(total >= MIN_OWN_LETTERS for total in accumulate(sentence.letters for sentence in own_text)):
        return Signs(), []
    unit = find_unit(heading, headline, order)
    end = order.get_end(unit)
    is_whole = order.has_sentence(begin, end)  # the unit holds the article, not only its headline
    if not is_whole:
        end = order.get_end(unit.getparent())
    following = min((at for at in map(order.get_begin, headings) if at > begin), default=end)
    paragraphs = order.count_paragraphs(begin, min(end, following))
    if not paragraphs:  # a headline alone, or one with a short teaser
        return Signs(), []
    signs = _read_signs(candidate, unit, headline, order, metadata, url, headings)
    place = Place(
        rank=candidate.rank,
        tag=str(heading.tag),
        is_whole=is_whole,
        is_beside=unit.getparent() in headline.iterancestors(),
        is_alike=has_same_look(heading, headline),
        is_closed=_is_closed(headline, unit, order, headings),
        paragraphs=paragraphs,
        alike=sum(1 for one in headings if one.tag == heading.tag),
        is_live=metadata.draft.page_kind == "live",
    )
    if not is_convincing(signs, place):
        return signs, []
    elements = [(unit, not is_whole)]
    if not is_whole:
        elements += [(sibling, True) for sibling in unit.itersiblings()]
    before = unit.getprevious()
    if signs.label and before is not None and is_label(before):
        elements.insert(0, (before, False))
    return signs, elements


def _is_closed(headline: HtmlElement, unit: HtmlElement, order: PageOrder, headings: Sequence[HtmlElement]) -> bool:
    """Return whether the page's headline and text stand in one element beside a unit. A <section> is a part of one."""
    own = find_own_element(unit, headline, order, headings)
    return own is not None and own.tag == unit.tag != "section" and own in headline.iterancestors()


def _read_signs(
    candidate: _Candidate,
    unit: HtmlElement,
    headline: HtmlElement,
    order: PageOrder,
    metadata: Metadata,
    url: str,
    headings: Sequence[HtmlElement],
) -> Signs:
    heading = candidate.heading
    own = find_own_element(unit, headline, order, headings)
    return Signs(
        link=find_link(heading, unit, url),
        byline=has_byline(list_elements_beside(heading, unit, order)),
        article=has_article_element(heading, unit),
        twin=own is not None and is_twin(unit, own),
        stated=normalize_headline(candidate.text) in _list_stated(metadata),
        label=is_named_next(heading, unit) or any(is_label(element) for element in list_elements_before(heading, unit)),
        goes_on=has_rest_elsewhere(unit, url),
    )


def _list_stated(metadata: Metadata) -> set[str]:
    """Return the headlines of the articles in the page's JSON-LD, except its own and those of a live blog's entries."""
    own = normalize_headline(metadata.draft.title)
    found = set()
    for item in metadata.structured.objects:
        if is_article(item) and "LiveBlogPosting" not in read_types(item):
            found |= {normalize_headline(text) for text in read_strings(item.get("headline"))}
    return found - {own, ""}
