"""Match the updates that a page lists in its data with the texts that it shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cleaning.live.time_marks import TimeMark
from cleaning.page.headline_key import normalize_headline
from cleaning.page.lines import normalize_line
from cleaning.page.parsing import parse_tree
from cleaning.page.text_runs import read_runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cleaning.metadata.live_updates import LiveUpdate
    from cleaning.page.text_runs import TextRun

MIN_BEGINNING, BEGINNING = 30, 60  # characters by which a text is recognised
NUMBER = re.compile(r"(?<!\d)\d{5,}$")
TAG = re.compile(r"<[a-zA-Z/]")


def match_updates(runs: Sequence[TextRun], updates: Sequence[LiveUpdate]) -> list[TimeMark]:
    """Return a mark at the text of each update that the page shows: its heading, else its first paragraph."""
    if not updates:
        return []
    by_id: dict[str, int] = {}
    by_heading: dict[str, int] = {}
    for number, run in enumerate(runs):
        for element in run.element.walk_up():
            identity = element.label.partition(".")[0].partition("#")[2]
            if identity:
                by_id.setdefault(make_anchor_key(identity), number)
        if len(run.text) <= 300:
            by_heading.setdefault(normalize_headline(run.text), number)
    marks = []
    for update in updates:
        index: int | None = by_id.get(make_anchor_key(update.anchor)) if update.anchor else None
        if index is None and update.heading:
            index = by_heading.get(normalize_headline(update.heading))
        if index is None:
            index = _find_beginning(runs, update)
        if index is not None:
            marks.append(TimeMark(index, "", None, update.time, is_leading=True, is_named=True))
    return marks


def make_anchor_key(anchor: str) -> str:
    """Return the number at the end of an anchor, which many pages write with another word before it; else itself."""
    number = NUMBER.search(anchor)
    return number[0] if number is not None else anchor


def _find_beginning(runs: Sequence[TextRun], update: LiveUpdate) -> int | None:
    beginning = next((text[:BEGINNING] for text in read_body(update) if len(text) >= MIN_BEGINNING), "")
    if not beginning:
        return None
    return next((index for index, run in enumerate(runs) if run.text.startswith(beginning)), None)


def read_body(update: LiveUpdate) -> list[str]:
    """Return the paragraphs of an update's text, which data hold as lines or as HTML."""
    body = update.body
    if TAG.search(body) and (tree := parse_tree(f"<div>{body}</div>")) is not None:
        return [run.text for run in read_runs(tree) if run.has_words]
    return [line for part in body.splitlines() if (line := normalize_line(part))]
