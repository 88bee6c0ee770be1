"""Find the corrections among the text runs of a page, wherever they stand.

A text is a correction by the name of its part of the page, by its label ("Correction, May 5: ..."), or by a phrase ("an
earlier version of this article"). A label or a phrase alone counts where notes stand: before the first paragraph and
after the last one. Together, or in a part that is named so, they count everywhere.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from cleaning.corrections.note_forms import (
    MAX_LINK_SHARE,
    MAX_NOTE_LETTERS,
    NoteForm,
    is_at_beginning,
    is_general,
    read_form,
    read_label,
)
from cleaning.corrections.part_labels import may_name_correction, names_correction
from cleaning.page.paragraphs import count_letters, ends_a_sentence, is_paragraph
from cleaning.page.run_elements import list_labels
from cleaning.page.tags import HEADINGS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from cleaning.page.block_elements import BlockElement
    from cleaning.page.text_runs import TextRun

BEFORE, AFTER = 8, 40  # runs before the first and after the last paragraph among which a correction stands
MAX_NOTES = 5  # at either end of the article
MAX_SHARE = 0.35  # of the article's letters: a larger part of the page is no correction, whatever its name
SHORT, MAX_SHORT_SHARE = 500, 0.6  # letters of a short part, and its greatest share
WHOLE = frozenset(("body", "main", "article"))  # hold an article, whatever they are called
MIN_ENTRIES = 2  # texts that begin with a link: a list of other articles' corrections
MAX_LABELLED = 3  # texts below a label that is a line of its own
LABEL_MARK = re.compile(r"[:：—–|】\]]")
LABEL_PLACE = 60  # characters in which the mark behind a label stands


class CorrectionFinder:
    """Finds the corrections of one page. `article` are the indexes of the runs that were taken for the article's."""

    def __init__(self, runs: Sequence[TextRun], article: Collection[int], cut: Collection[int] = ()) -> None:
        self._runs = runs
        self._article = article
        self._cut = cut  # what the site's memory cuts
        self._body: list[int] = []  # the article's paragraphs
        self._named: dict[BlockElement, tuple[bool | None, BlockElement | None]] = {}
        self.found: dict[int, str] = {}  # evidence by index

    def find(self) -> dict[int, str]:
        """Return the evidence of each run that is a correction, by its index."""
        body = [index for index in self._article if is_paragraph(self._runs[index])]
        if body:
            self._body = sorted(body)
            self._find_named(max(0, self._body[0] - BEFORE))
            self._find_at_ends(self._body)
            self._find_among(self._body)
        return self._drop_copies()

    @cached_property
    def _letters(self) -> int:
        return sum(count_letters(self._runs[index].text) for index in self._body)

    @cached_property
    def _paths(self) -> set[str]:
        return {self._runs[index].element.path for index in self._body}

    def _find_named(self, start: int) -> None:
        """Find the texts from a run on in parts of the page that are named as a correction."""
        if not may_name_correction(list_labels(self._runs[start:])):
            return
        parts: dict[BlockElement, list[int]] = {}
        certain: dict[BlockElement, bool] = {}
        for index, run in enumerate(self._runs[start:], start):
            named, part = self._read_names(run.element)
            if part is not None and index not in self._cut and run.has_words:
                parts.setdefault(part, []).append(index)
                certain[part] = bool(named)
        for part, indexes in parts.items():
            if not self._is_part(indexes):
                continue
            forms = {index: read_form(self._runs[index].text) for index in indexes}
            if certain[part] or any(form.label or form.phrase for form in forms.values()):
                self._take_part(part, forms, is_certain=certain[part])

    def _is_part(self, indexes: Sequence[int]) -> bool:
        """Return whether a part is small enough for a note, and no list of links."""
        runs = [self._runs[index] for index in indexes]
        letters = sum(count_letters(run.text) for run in runs)
        linked, characters = sum(run.link_characters for run in runs), sum(run.characters for run in runs)
        is_small = letters <= max(MAX_SHARE * self._letters, min(SHORT, MAX_SHORT_SHARE * self._letters))
        entries = sum(run.lead_link_characters > 0 for run in runs)
        return (
            is_small
            and entries < MIN_ENTRIES
            and letters <= 2 * MAX_NOTE_LETTERS
            and linked <= MAX_LINK_SHARE * characters
        )

    def _take_part(self, part: BlockElement, forms: dict[int, NoteForm], *, is_certain: bool) -> None:
        taken = [
            index
            for index, form in forms.items()
            if not is_general(self._runs[index], form)
            and (form.label or form.phrase or (is_certain and self._is_told(index)))
        ]
        if any(not forms[index].is_bare and ends_a_sentence(self._runs[index].text) for index in taken):
            self.found.update((index, f"a correction, stands in “{part.label}”") for index in taken)

    def _is_told(self, index: int) -> bool:
        """Return whether a text in a part that holds a correction belongs to it: a sentence, or what was taken."""
        return index in self._article or ends_a_sentence(self._runs[index].text)

    def _find_at_ends(self, body: Sequence[int]) -> None:
        """Find notes before the first paragraph and after the last one, by their label or phrase."""
        notes = 0
        for at, index in enumerate(body[:MAX_NOTES]):
            if not self._take_note(index):
                notes = at
                break
        else:
            return  # nothing but notes
        first = body[notes]
        for index in range(max(0, first - BEFORE), first):
            self._take_note(index)
        paragraphs = (index for index in reversed(body) if not (self._take_note(index) or self._is_labelled(index)))
        last = next(paragraphs, first)
        for index in range(last + 1, min(last + 1 + AFTER, len(self._runs))):
            self._take_note(index)

    def _take_note(self, index: int) -> bool:
        """Take a run that is a note by its own words; return whether it is one."""
        run = self._runs[index]
        if index in self.found:
            return True
        if index in self._cut or not run.has_words or not self._is_possible(run):
            return False
        is_sentence = ends_a_sentence(run.text)
        if not is_sentence and index not in self._article and len(run.text) > LABEL_PLACE:
            return False
        form = read_form(run.text) if is_sentence or index in self._article else read_label(run.text)
        if form.is_bare:
            below = [] if form.is_dated else list(self._find_below(index))
            if below:
                self.found.update((note, f"a correction, below “{run.text}”") for note in below)
                self.found[index] = "a correction, its label"
            return bool(below)
        is_heading = run.element.tag in HEADINGS
        if not (form.label or form.phrase) or is_heading or is_general(run, form):
            return False
        if form.label is None and not (self._is_set_apart(run) or is_at_beginning(run.text, form.phrase)):
            return False
        if index not in self._article and (not is_sentence or form.is_weak):
            return False  # a teaser of another article
        self.found[index] = f"a correction, {form.evidence}"
        return True

    def _is_possible(self, run: TextRun) -> bool:
        return run.link_characters <= MAX_LINK_SHARE * run.characters and run.characters <= MAX_NOTE_LETTERS

    def _is_set_apart(self, run: TextRun) -> bool:
        """Return whether a text is written in another way than the paragraphs: elsewhere, in italics, small."""
        return run.is_emphasised or run.element.path not in self._paths

    def _is_labelled(self, index: int) -> bool:
        """Take a paragraph at the end with the label above it; return whether there is one."""
        for label in range(index - 1, max(-1, index - 1 - MAX_LABELLED), -1):
            text = self._runs[label].text
            if len(text) <= LABEL_PLACE and read_label(text).is_bare:
                return index in self._find_below(label) and self._take_note(label)
        return False

    def _find_below(self, label: int) -> Iterator[int]:
        """Yield the sentences right below a label that is a line of its own, in the same element or beside it.

        A label above the first paragraph has only texts that are written in another way than the paragraphs.
        """
        around = self._runs[label].element
        for index in range(label + 1, min(label + 1 + MAX_LABELLED, len(self._runs))):
            run = self._runs[index]
            beside = run.element is around or run.element.parent is around.parent or run.element.parent is around
            if not (beside and ends_a_sentence(run.text) and self._is_possible(run)) or index in self._cut:
                return
            if label < self._body[0] and not self._is_set_apart(run):
                return
            if index not in self._article and (run.lead_link_characters or is_general(run, read_form(run.text))):
                return
            yield index

    def _find_among(self, body: Sequence[int]) -> None:
        """Find notes between the paragraphs: those that have both a label and a phrase."""
        for index in body:
            run = self._runs[index]
            if index not in self.found and self._is_possible(run) and LABEL_MARK.search(run.text, 0, LABEL_PLACE):
                form = read_label(run.text)
                if form.label and not form.is_bare and (form := read_form(run.text)).phrase:
                    self.found[index] = f"a correction, {form.evidence}"

    def _read_names(self, element: BlockElement) -> tuple[bool | None, BlockElement | None]:
        """Return whether an element or one around it is named as a correction, and the outermost one that is.

        An element that surely is goes before those that may be.
        """
        if element in self._named:
            return self._named[element]
        outer, part = self._read_names(element.parent) if element.parent is not None else (False, None)
        own = names_correction(element.label) if element.tag not in WHOLE else False
        if own and not outer:
            outer, part = True, element
        elif own is None and part is None:
            outer, part = None, element
        self._named[element] = (outer, part)
        return outer, part

    def _drop_copies(self) -> dict[int, str]:
        """Leave out texts that stand at an earlier place, too: another rule cuts them as repeated."""
        seen: set[str] = set()
        found = {}
        for index in sorted(self.found):
            if self._runs[index].text not in seen:
                seen.add(self._runs[index].text)
                found[index] = self.found[index]
        return found
