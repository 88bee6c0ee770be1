"""Tell by its words whether a text is a correction: by its label, by phrases, and by what it is not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from cleaning.page.headline_key import normalize_headline
from cleaning.page.paragraphs import count_letters, ends_a_sentence
from cleaning.phrases import find_opening_phrase, find_phrase, text_after_phrase

if TYPE_CHECKING:
    from cleaning.page.text_runs import TextRun

MAX_NOTE_LETTERS = 1_200  # a longer text is no note
MAX_LINK_SHARE = 0.5
MIN_LETTERS = 20  # that a note says beside its label
BEGINNING = 80  # characters
MAX_LABEL_CHARACTERS = 90  # in which a label stands, with its date
# After the words of a label: a date or a bracket, and a mark that ends it.
LABEL_END = re.compile(
    r"\.?(?:\s*[,(\[（【]?[^:：.!?。]{0,50}?\d[^:：]{0,30}|\s*[(\[（][^)\]）]{0,50}[)\]）])?\s*[:：—–|】\]）)]|\s*[-.。]\s"
)
POSSIBLE_LABEL = re.compile(r"[:：—–|】\])）.。-]")
MAX_DATED_CHARACTERS = 40  # of a label with a date and nothing else
DIGIT = re.compile(r"\d")
LETTERS = re.compile(r"[^\W\d_]")
QUESTION = re.compile(r"^[^.。!:：]{0,120}[?？؟]")
ABOUT_CORRECTIONS = re.compile(
    r"mailto:|correct|error|standard|polic|feedback|contact|korrek|fehler|rectif", re.IGNORECASE
)


UPDATES = frozenset(
    """
    update updates aktualisierung actualizacion actualitzacio aggiornamento atualizacao oppdatering opdatering
    uppdatering paivitys aktualizacja aktualizace frissites guncelleme обновление оновлення 更新 アップデート 업데이트
    """.split()  # noqa: SIM905
)


class NoteForm(NamedTuple):
    """What a text says of itself: the phrases of a label and of a correction that it has, and what is beside it."""

    label: str | None = None  # the phrase with which it begins, which a mark or the end of the text closes
    phrase: str | None = None  # says that the article was changed
    is_bare: bool = False  # nothing but the label, or the label and a date
    is_dated: bool = False

    @property
    def is_weak(self) -> bool:
        """Whether nothing but "Update" without a date says so, with which headlines begin, too."""
        return self.phrase is None and self.label in UPDATES and not self.is_dated

    @property
    def evidence(self) -> str:
        return f"begins with “{self.label}”" if self.label else f"“{self.phrase}”"


NO_FORM = NoteForm()


def read_label(text: str) -> NoteForm:
    """Return the label with which a text begins, without looking for phrases in the rest of it."""
    start = text[:MAX_LABEL_CHARACTERS]
    if len(text) > len(start):
        start = start.rpartition(" ")[0] or start
    if len(text) > MAX_LABEL_CHARACTERS and not POSSIBLE_LABEL.search(start):
        return NO_FORM
    key = normalize_headline(start)
    phrase = find_opening_phrase("note", key)
    if phrase is None:
        return NO_FORM
    rest = text_after_phrase(start, phrase)
    is_dated = DIGIT.search(rest) is not None
    if not LETTERS.search(rest) and len(text) == len(start):
        return NoteForm(phrase, is_bare=True, is_dated=is_dated)
    end = LABEL_END.match(rest)
    if end is not None and _says_enough(text[len(start) - len(rest) + end.end() :]):
        return NoteForm(phrase, is_dated=DIGIT.search(rest[: end.end()]) is not None)
    is_bare = is_dated and len(text) <= MAX_DATED_CHARACTERS
    return NoteForm(phrase, is_bare=True, is_dated=True) if is_bare else NO_FORM


def read_form(text: str) -> NoteForm:
    """Return the label and the phrase of a text, if it has them and is a sentence."""
    form = read_label(text)
    if form.is_bare or count_letters(text) > MAX_NOTE_LETTERS:
        return form
    phrase = find_phrase("corrected", normalize_headline(text))
    return form._replace(phrase=phrase) if phrase and (ends_a_sentence(text.rstrip("*_")) or form.label) else form


def is_at_beginning(text: str, phrase: str | None) -> bool:
    """Return whether a text has the phrase in its first words."""
    return phrase is not None and phrase in normalize_headline(text[:BEGINNING])


def is_general(run: TextRun, form: NoteForm) -> bool:
    """Return whether a text is about corrections in general: how to report an error, where to read of a policy."""
    if run.link_characters > MAX_LINK_SHARE * run.characters or count_letters(run.text) > MAX_NOTE_LETTERS:
        return True
    if form.phrase:
        return False
    if QUESTION.search(run.text):
        return True
    about = "@" in run.text or any(ABOUT_CORRECTIONS.search(link) for link in run.links)
    return about and form.label is None


def _says_enough(text: str) -> bool:
    """Return whether the text behind a label is more than a date or a word."""
    letters = count_letters("".join(LETTERS.findall(text)))
    return letters >= (MIN_LETTERS if ends_a_sentence(text) else 2 * MIN_LETTERS)
