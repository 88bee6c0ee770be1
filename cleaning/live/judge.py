"""Decide whether parts that are built alike are the entries of a live blog.

Threads of comments, lists of teasers, tickers of other stories, forums and short timelines in articles are built alike,
too, and have times.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from cleaning.live.clocks import find_clock, normalize_digits
from cleaning.live.entry_times import list_steps
from cleaning.page.addresses import get_domain, identify_page, resolve_link
from cleaning.page.headline_key import normalize_headline
from cleaning.page.paragraphs import count_letters, ends_a_sentence
from cleaning.page.part_names import CHROME, COMMENTS, read_part_names
from cleaning.phrases import find_phrase
from cleaning.records.block import BlockKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cleaning.live.alike import Group, Part
    from cleaning.live.entry_head import EntryHead
    from cleaning.page.text_runs import TextRun
    from cleaning.records.article import Article

# Names of parts that hold the texts of readers.
READERS = COMMENTS | frozenset("reply replies thread threads forum discussion message messages review reviews".split())  # noqa: SIM905
OTHER_KINDS = frozenset(
    "forum questions product recipe event section profile gallery video audio book paper review".split()  # noqa: SIM905
)
LIVE_NAMES = frozenset(
    """
    live liveblog livecenter liveticker ticker livestory livepost livefeed liveupdate liveupdates minutebyminute
    """.split()  # noqa: SIM905
)
MIN_STATED, MIN_NAMED, MIN_BY_FORM = 2, 3, 3
# Letters of prose beside the entries, as a share of theirs, by what the page says of itself.
MAX_BESIDE_STATED, MAX_BESIDE_NAMED, MAX_BESIDE = 2.0, 0.7, 0.35
MAX_AWAY, MAX_AWAY_STATED = 0.5, 0.9  # share of entries that lead to other pages
MIN_ORDERED = 0.85  # share of the entries whose times follow each other in one direction
MIN_SAME_SHAPE = 0.6  # share of the entries whose times are written alike
FIGURES, WORDS, DATE = re.compile(r"\d+"), re.compile(r"[^\W\d_]+"), re.compile(r"\d")
MAX_SPAN = timedelta(hours=60)  # of the entries of a page that does not call itself live
MIN_PROSE_LETTERS = 50  # of a sentence that is text of the page
MAX_MORE = 60  # characters of a link that leads on


@dataclass(frozen=True, slots=True)
class PageEvidence:
    """What a page says of itself: that it is a live blog (`is_stated`), or words that name one (`is_named`)."""

    is_stated: bool
    is_named: bool


def read_evidence(draft: Article, titles: Sequence[str]) -> PageEvidence:
    is_stated = draft.page_kind == "live"
    path = identify_page(draft.url).partition("/")[2]
    words = normalize_headline(path.replace("_", " ").replace("-", " "))
    named = any(find_phrase("live", normalize_headline(title)) for title in (draft.title, *titles))
    return PageEvidence(is_stated, is_stated or named or bool(find_phrase("live", words)))


def is_live_blog(
    runs: Sequence[TextRun],
    group: Group,
    heads: Sequence[EntryHead],
    draft: Article,
    evidence: PageEvidence,
    base: str,
) -> bool:
    """Return whether the parts of a group are the entries of a live blog. `heads` are those of its parts."""
    parts = group.parts
    if draft.page_kind in OTHER_KINDS or _is_of_readers(group):
        return False
    is_named = evidence.is_named or _has_live_name(group)
    least = MIN_STATED if evidence.is_stated else MIN_NAMED if is_named else MIN_BY_FORM
    if len(parts) < least:
        return False
    if _count_common_shape(parts) < MIN_SAME_SHAPE * len(parts):
        return False
    away = sum(_leads_away(runs, part, draft.url, base) for part in parts)
    if away > (MAX_AWAY_STATED if evidence.is_stated else MAX_AWAY) * len(parts):
        return False
    beside = count_prose_beside(runs, parts)
    if evidence.is_stated:
        return beside <= MAX_BESIDE_STATED * group.letters
    if beside > (MAX_BESIDE_NAMED if is_named else MAX_BESIDE) * group.letters:
        return False
    if not _is_in_order(parts):
        return False
    return is_named or (_is_of_one_event(parts) and not _is_of_many_authors(heads))


def _count_common_shape(parts: Sequence[Part]) -> int:
    """Return how many of the times are written alike: the same signs, with other figures and words."""
    shapes = Counter(WORDS.sub("a", FIGURES.sub("0", normalize_digits(part.mark.words))) for part in parts)
    return max(shapes.values())


def count_prose_beside(runs: Sequence[TextRun], parts: Sequence[Part]) -> int:
    """Return the letters of the paragraphs outside of the parts, without comments and parts beside the text."""
    inside = {index for part in parts for index in part.runs}
    total = 0
    for index, run in enumerate(runs):
        if index in inside or not _is_prose(run):
            continue
        names = frozenset[str]().union(*(read_part_names(element.label) for element in run.element.walk_up()))
        tags = {element.tag for element in run.element.walk_up()}
        if not names & (CHROME | COMMENTS) and not tags & {"aside", "footer", "nav", "form"}:
            total += count_letters(run.text)
    return total


def _is_prose(run: TextRun) -> bool:
    is_unlinked = run.link_characters < 0.4 * run.characters and run.element.kind is not BlockKind.HEADING
    return is_unlinked and count_letters(run.text) >= MIN_PROSE_LETTERS and ends_a_sentence(run.text)


def _is_of_readers(group: Group) -> bool:
    elements = [*group.parts[0].element.walk_up(), group.around]
    return any(read_part_names(element.label) & READERS for element in elements)


def _has_live_name(group: Group) -> bool:
    return any(read_part_names(element.label) & LIVE_NAMES for element in group.parts[0].element.walk_up())


def _leads_away(runs: Sequence[TextRun], part: Part, url: str, base: str) -> bool:
    """Return whether a part is the teaser of another page: its heading, or a short line at its end, links there."""
    own, site = identify_page(url), get_domain(url)
    lines = [runs[index] for index in part.runs]
    for number, run in enumerate(lines):
        is_heading = run.element.kind is BlockKind.HEADING or number < 3
        is_more = run is lines[-1] and run.characters <= MAX_MORE
        if not (is_heading or is_more) or run.link_characters < 0.8 * run.characters or run.characters < 8:
            continue
        for link in run.links:
            target = resolve_link(base, link)
            page = identify_page(target)
            if get_domain(target) == site and not page.partition("?")[0].startswith(own.partition("?")[0]):
                return True
    return False


def _is_in_order(parts: Sequence[Part]) -> bool:
    """Return whether the times run in one direction. Minutes of a match have an order that is not read."""
    steps = list_steps([part.mark for part in parts])
    if len(steps) < len(parts) - 1:
        return not steps and all(part.mark.words and part.mark.minutes is None for part in parts)
    back, on = sum(1 for step in steps if step <= 0), sum(1 for step in steps if step >= 0)
    return max(back, on) >= MIN_ORDERED * len(steps) and any(steps)


def _is_of_one_event(parts: Sequence[Part]) -> bool:
    days = {_remove_clock(part.mark.words) for part in parts if DATE.search(_remove_clock(part.mark.words))}
    if len(days) > 1 + len(parts) // 4:
        return False
    moments = [part.mark.moment for part in parts if part.mark.moment is not None]
    return not moments or max(moments) - min(moments) <= MAX_SPAN


def _remove_clock(words: str) -> str:
    clock = find_clock(words)
    return "" if clock is None else f"{words[: clock.start]} {words[clock.end :]}".strip()


def _is_of_many_authors(heads: Sequence[EntryHead]) -> bool:
    """Return whether most parts name an author, several of them, and few have a heading: posts of a thread."""
    authors = Counter(head.authors[0] for head in heads if head.authors)
    with_heading = sum(1 for head in heads if head.heading)
    return len(authors) >= 3 and authors.total() >= 0.6 * len(heads) and with_heading < 0.5 * len(heads)
