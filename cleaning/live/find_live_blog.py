"""Find the live blog of a page: its entries in page order."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cleaning.live.alike import Part, find_groups
from cleaning.live.data_updates import make_anchor_key, match_updates, read_body
from cleaning.live.entry_head import EntryHead, read_head
from cleaning.live.entry_times import find_moments
from cleaning.live.judge import MIN_BY_FORM, MIN_STATED, is_live_blog, read_evidence
from cleaning.live.time_marks import find_time_marks
from cleaning.page.headline_key import normalize_headline
from cleaning.records.block import LiveEntry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.html import HtmlElement

    from cleaning.metadata.collect import Metadata
    from cleaning.metadata.live_updates import LiveUpdate
    from cleaning.page.text_runs import TextRun

MIN_DATA_ENTRIES = 2  # of a page whose entries stand in its data alone
BY_FORM, BY_DATA = "the form of its entries", "JSON-LD liveBlogUpdate"


@dataclass(frozen=True, slots=True)
class FoundEntry:
    """An entry, and where it stands in the page: the indexes of its text runs, and what its head says.

    `paragraphs` are those of an entry that stands in the page's data alone; it has no runs.
    """

    entry: LiveEntry
    runs: range = range(0)
    head: EntryHead = field(default_factory=EntryHead)
    path: str = ""  # of the element around it
    paragraphs: tuple[str, ...] = ()
    layout: str = ""  # of the list or table whose items the entries are, see cleaning.markdown.layout


@dataclass(frozen=True, slots=True)
class LiveBlog:
    """The entries of a page in page order, and where the page says that it is a live blog, in a reader's words."""

    entries: tuple[FoundEntry, ...]
    source: str

    def holds(self, run: int) -> bool:
        """Return whether a text run is part of an entry."""
        return any(run in found.runs for found in self.entries)


def find_live_blog(tree: HtmlElement | None, runs: Sequence[TextRun], metadata: Metadata, base: str) -> LiveBlog | None:
    """Return the live blog of a page, None where it is none. `runs` are those of the unchanged tree.

    `base` is the address that the page's links are relative to.
    """
    if tree is None:
        return None
    draft, updates = metadata.draft, metadata.live_updates
    marks = find_time_marks(tree, runs)
    named = match_updates(runs, updates)
    if named:
        known = {mark.run for mark in marks}
        marks = sorted([*marks, *(mark for mark in named if mark.run not in known)], key=lambda mark: mark.run)
    least = MIN_STATED if draft.page_kind == "live" else MIN_BY_FORM
    if len(marks) < least and len(updates) < MIN_DATA_ENTRIES:
        return None
    evidence = read_evidence(draft, metadata.titles)
    for group in find_groups(runs, marks, least):
        heads = [read_head(runs, part) for part in group.parts]
        if is_live_blog(runs, group, heads, draft, evidence, base):
            entries = _make_entries(runs, group.parts, heads, metadata)
            return LiveBlog(_add_data_entries(runs, entries, updates), draft.sources.get("page_kind") or BY_FORM)
    if len(updates) >= MIN_DATA_ENTRIES and not named:
        return LiveBlog(_add_data_entries(runs, [], updates), BY_DATA)
    return None


def _make_entries(
    runs: Sequence[TextRun], parts: Sequence[Part], heads: Sequence[EntryHead], metadata: Metadata
) -> list[FoundEntry]:
    moments = find_moments([part.mark for part in parts], metadata.draft.published_at, metadata.draft.fetched_at)
    found = []
    for part, head, moment in zip(parts, heads, moments, strict=True):
        clock = head.clock
        if not clock and head.has_own_line and moment is not None:
            clock = f"{moment:%H:%M}"
        entry = LiveEntry(moment, clock, head.heading, head.authors, _find_anchor(runs, part))
        around = part.element.parent
        found.append(
            FoundEntry(entry, part.runs, head, part.element.path, layout=around.layout if around is not None else "")
        )
    return found


def _find_anchor(runs: Sequence[TextRun], part: Part) -> str:
    """Return the id of an entry's element, or of one of the elements in it that hold its head."""
    for element in (part.element, *(around for index in part.runs[:3] for around in runs[index].element.walk_up())):
        if element.depth < part.element.depth:
            continue
        identity = element.label.partition(".")[0].partition("#")[2]
        if identity:
            return identity
    return ""


def _add_data_entries(
    runs: Sequence[TextRun], entries: list[FoundEntry], updates: Sequence[LiveUpdate]
) -> tuple[FoundEntry, ...]:
    """Complete the entries by what the page's data say of them, and add those that stand in the data alone."""
    waiting = list(enumerate(entries))
    added: list[FoundEntry] = []
    for update in updates:
        paragraphs = read_body(update)
        texts = [update.heading, *paragraphs]
        match = next((item for item in waiting if _is_update(runs, item[1], update, texts)), None)
        if match is not None:
            waiting.remove(match)
            index, found = match
            entry = found.entry
            entries[index] = replace(
                found,
                entry=replace(
                    entry,
                    time=update.time or entry.time,
                    authors=entry.authors or update.authors,
                    anchor=entry.anchor or update.anchor,
                ),
            )
        elif any(paragraphs) or update.heading:
            clock = f"{update.time:%H:%M}" if update.time is not None else ""
            entry = LiveEntry(update.time, clock, update.heading, update.authors, update.anchor)
            added.append(FoundEntry(entry, paragraphs=tuple(paragraphs)))
    return _merge(entries, added)


def _is_update(runs: Sequence[TextRun], found: FoundEntry, update: LiveUpdate, texts: list[str]) -> bool:
    if update.anchor and make_anchor_key(update.anchor) == make_anchor_key(found.entry.anchor):
        return True
    if update.heading and found.entry.heading:
        return normalize_headline(update.heading) == normalize_headline(found.entry.heading)
    beginning = next((text[:60] for text in texts[1:] if len(text) >= 20), None)
    return beginning is not None and any(beginning in runs[index].text for index in found.runs)


def _merge(entries: list[FoundEntry], added: list[FoundEntry]) -> tuple[FoundEntry, ...]:
    """Put the entries of the data among those of the page, in the order of their times, else behind them."""
    if not entries:
        return tuple(added)
    times = [found.entry.time for found in (entries if len(entries) > 2 else added)]
    known = [time for time in times if time is not None]
    newest_first = len(known) > 1 and known[0] > known[-1]
    merged = list(entries)
    for found in added:
        time = found.entry.time
        place = len(merged)
        if time is not None:
            for index, other in enumerate(merged):
                moment = other.entry.time
                if moment is not None and (moment < time if newest_first else moment > time):
                    place = index
                    break
        merged.insert(place, found)
    return tuple(merged)
