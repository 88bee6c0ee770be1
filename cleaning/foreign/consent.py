"""Find the questions for consent in a page: notices on cookies and data, with their buttons and lists of purposes.

Such a question is an element with a notice in words that we know ("We use cookies"), and has the form of one, too:
it is named after cookies or consent, it is a dialog or lies over the page, or it has a button that accepts or refuses.
It is never the page's article: an article about cookies has the headline, most of the sentences, and no such button.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import groupby, islice
from typing import TYPE_CHECKING, NamedTuple

from cleaning.page.headline_key import normalize_headline
from cleaning.page.paragraphs import count_letters, ends_a_sentence
from cleaning.page.removal import ElementCut
from cleaning.phrases import find_opening_phrase, find_phrase, load_written

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from lxml.html import HtmlElement

    from cleaning.metadata.collect import Metadata
    from cleaning.page.text_runs import TextRun

CONSENT = "consent"  # the rule that cuts it
# What such elements are called, by the programs that make them and in pages' own words.
NAMES = re.compile(
    r"(?<![a-z])(?:cookies?|consents?|gdpr|rgpd|dsgvo|lgpd|ccpa|cmp|privacy|data-?protection|datenschutz|onetrust|didomi|usercentrics|cookiebot|"
    r"cybot|sp[-_]message|qc-cmp\d?|truste|trustarc|iubenda|cmplz|borlabs|cookieyes|cky|klaro|osano|tarteaucitron|"
    r"fc-consent|moove|termly|quantcast|evidon|axeptio|sirdata|ot-sdk|ketch)(?![a-z])"
)
OVER = re.compile(
    r"(?<![a-z])(?:modal|popup|pop-up|overlay|lightbox|dialog|banner|notice|notification|toast|sticky|interstitial|"
    r"drawer|sheet|snackbar|alert|message|fixed|layer)(?![a-z])"
)
WEAK_NAMES = frozenset(("privacy", "datenschutz"))  # of lists of links, too
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
FIXED = re.compile(r"position\s*:\s*(?:fixed|sticky)", re.IGNORECASE)
STEM = 4  # characters that forms of one word share
QUOTED = re.compile(r"^[\"“„«‹「『»]")
BUTTONS = ("button", "a", "input", "span", "div", "label")
MAX_BUTTON_CHARACTERS = 60
MAX_BUTTONS = 200  # elements that are looked at for one
MAX_DEPTH = 12  # elements around a notice that are looked at
MIN_SENTENCE = 40  # letters
MIN_REMAINING = 100  # letters in sentences that a page has beside the question; without them it is a wall
MAX_SHARE = 0.5  # of the page's sentences, that a question holds unless all of its form is seen


@dataclass(frozen=True, slots=True)
class _Form:
    """What speaks for a question for consent: the words of a notice, and the form of its element."""

    phrase: str = ""
    name: str = ""
    is_over: bool = False
    button: str = ""

    @property
    def is_enough(self) -> bool:
        signs = bool(self.name) + self.is_over + bool(self.button)
        return signs > 0 if self.phrase else signs > 1 and self.name not in ("", *WEAK_NAMES)

    @property
    def is_complete(self) -> bool:
        return bool(self.phrase and self.button) and (bool(self.name) or self.is_over)

    @property
    def evidence(self) -> str:
        signs = [f"“{self.phrase}”"] if self.phrase else []
        signs += [f"an element named {self.name}"] if self.name else []
        signs += ["a dialog"] if self.is_over else []
        signs += [f"a button “{self.button}”"] if self.button else []
        return f"a question for consent: {', '.join(signs)}"


class _Notice(NamedTuple):
    element: HtmlElement
    phrase: str  # "" where only its words are those of a notice


def find_consent(runs: Sequence[TextRun], metadata: Metadata) -> list[ElementCut]:
    """Return the cuts of a page's questions for consent; none on a page that is nothing else."""
    notices = sorted(_list_notices(runs), key=lambda notice: not notice.phrase)
    if not notices:
        return []
    own = frozenset((metadata.headline, *metadata.headline.iterancestors())) if metadata.headline is not None else ()
    sentences = _Sentences(runs)
    cuts: dict[HtmlElement, ElementCut] = {}
    buttons: dict[HtmlElement, str] = {}
    for notice in notices:
        if not _is_inside(notice.element, cuts):
            found = _find_question(notice, own, sentences, buttons)
            if found is not None:
                cuts[found[0]] = ElementCut(found[0], CONSENT, found[1].evidence)
    return list(cuts.values()) if cuts and sentences.measure_rest(cuts) >= MIN_REMAINING else []


def _list_notices(runs: Sequence[TextRun]) -> Iterator[_Notice]:
    """Yield the texts with a word of such notices, and the phrase in each. Nearly all pages have few."""
    texts = [run.text for run in runs]
    text = "\n".join(texts).casefold()
    found = [word for stem, words in _load_cookie_words().items() if stem in text for word in words if word in text]
    # A text is one line, and stays one in small letters.
    for run, words, folded in zip(runs, texts, text.split("\n"), strict=True) if found else ():
        if any(word in folded for word in found):
            phrase = None if QUOTED.match(words) else find_phrase("consent", normalize_headline(words))
            yield _Notice(_find_element(run), phrase or "")


@cache
def _load_cookie_words() -> Mapping[str, Sequence[str]]:
    """Return the words of such notices by what several of them begin with, without those that hold another one."""
    words = load_written("cookie")
    least = sorted(word for word in words if not any(other != word and other in word for other in words))
    return {stem: tuple(group) for stem, group in groupby(least, lambda word: word[:STEM])}


def _find_element(run: TextRun) -> HtmlElement:
    node = run.nodes[0]
    return node.element.getparent() if node.is_tail else node.element


class _Sentences:
    """The sentences of a page: their elements and lengths, read where they are asked for."""

    def __init__(self, runs: Sequence[TextRun]) -> None:
        self._runs = runs

    @cached_property
    def _lengths(self) -> list[tuple[HtmlElement, int]]:
        return [
            (_find_element(run), letters)
            for run in self._runs
            if ends_a_sentence(run.text) and (letters := count_letters(run.text)) >= MIN_SENTENCE
        ]

    @cached_property
    def _total(self) -> int:
        return sum(letters for _, letters in self._lengths)

    def measure_rest(self, cut: Collection[HtmlElement]) -> int:
        """Return the letters of the sentences outside of these elements."""
        return sum(letters for element, letters in self._lengths if not _is_inside(element, cut))

    @cached_property
    def _letters_inside(self) -> Mapping[HtmlElement, int]:
        """The letters of the sentences in each element: many notices of a page ask for the same ones."""
        inside: Counter[HtmlElement] = Counter()
        for element, letters in self._lengths:
            for around in _walk_up(element):
                inside[around] += letters
        return inside

    def measure_share(self, element: HtmlElement) -> float:
        """Return the share of the sentences' letters that an element holds."""
        return self._letters_inside[element] / self._total if self._total else 0.0


def _find_question(
    notice: _Notice, own: Collection[HtmlElement], sentences: _Sentences, buttons: dict[HtmlElement, str]
) -> tuple[HtmlElement, _Form] | None:
    """Return the element of the question around a notice, with its form; None where nothing around it has one.

    It is the outermost element with a name for such questions, or the outermost dialog, else the innermost with a
    button. `own` are the elements around the page's headline, `buttons` are known of elements around other notices.
    """
    best: tuple[HtmlElement, _Form] | None = None
    name, is_over = "", False
    for element in islice(_walk_up(notice.element), MAX_DEPTH):
        if element.tag in ("body", "html", "main", "article") or element in own:
            break
        label = _read_label(element)
        own_name, is_dialog = NAMES.search(label), _is_dialog(element)
        if best is not None and not own_name and not is_dialog:
            continue
        name = own_name[0] if own_name else name
        is_over = is_over or is_dialog or OVER.search(label) is not None
        if not notice.phrase and name in ("", *WEAK_NAMES):
            continue
        if element not in buttons:
            buttons[element] = _find_button(element)
        form = _Form(notice.phrase, name, is_over, buttons[element])
        if form.is_enough and (form.is_complete or sentences.measure_share(element) <= MAX_SHARE):
            best = element, form
    return best


def _walk_up(element: HtmlElement) -> Iterator[HtmlElement]:
    yield element
    yield from element.iterancestors()


def _read_label(element: HtmlElement) -> str:
    """Return the words of an element's id and classes, in small letters."""
    return CAMEL.sub("-", f"{element.get('id') or ''} {element.get('class') or ''}").lower()


def _is_dialog(element: HtmlElement) -> bool:
    """Return whether an element says that it is a dialog, or lies over the page."""
    return (
        element.tag == "dialog"
        or element.get("role") in ("dialog", "alertdialog")
        or element.get("aria-modal") == "true"
        or FIXED.search(element.get("style") or "") is not None
    )


def _find_button(element: HtmlElement) -> str:
    """Return the words of a button in an element that accepts or refuses, "" where it has none."""
    for inner in islice(element.iter(*BUTTONS), MAX_BUTTONS):
        words = inner.get("value") or "" if inner.tag == "input" else _read_beginning(inner)
        words = " ".join(words[: 10 * MAX_BUTTON_CHARACTERS].split())
        if 0 < len(words) <= MAX_BUTTON_CHARACTERS:
            key = normalize_headline(words)
            phrase = find_opening_phrase("consent_button", key)
            if phrase == key or (phrase and " " in phrase and _is_button(inner)):
                return words
    return ""


def _read_beginning(element: HtmlElement) -> str:
    """Return the text of an element as far as a button's may reach: most elements hold too much for one."""
    found, length = [], 0
    for text in element.itertext(with_tail=False):
        found.append(text)
        length += len(text)
        if length >= 10 * MAX_BUTTON_CHARACTERS:
            break
    return "".join(found)


def _is_button(element: HtmlElement) -> bool:
    return element.tag in ("button", "input") or element.get("role") == "button"


def _is_inside(element: HtmlElement, outer: Collection[HtmlElement]) -> bool:
    return any(around in outer for around in _walk_up(element))
