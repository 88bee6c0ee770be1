"""Labelled pairs of articles: the same story, or a look-alike of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import look_alikes
import pair_edits
from desk import Desk, Library
from wording import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from originals import Told


class Pair(NamedTuple):
    """Two articles. `one` takes the place of the original at its address; mostly it is that.

    `like` are the addresses of originals whose bodies stand in `other`: whether it is one story with them is not asked.
    """

    kind: str
    one: Told
    other: Told
    like: tuple[str, ...] = ()


Make = Callable[[Desk, "Told", str], Pair | None]


class Kind(NamedTuple):
    """`reach` is the recall that is wanted of a kind that is the same story; None where it is shown only."""

    make: Make
    is_same: bool
    reach: float | None = None


def pairs(library: Library, round_number: int, seed: int, kinds: Iterable[str]) -> Iterator[Pair]:
    """A pair of each original that allows one, the kinds by turns; another round gives an original another kind."""
    names = list(kinds)
    lot = Random(f"{seed}")
    order = lot.sample(library.told, len(library.told))
    # A long article allows more kinds than a short one: the kind of which there are fewest is tried first.
    made = dict.fromkeys(names, 0)
    desk = Desk(library, lot)
    for number, one in enumerate(order):
        shifted = names[(number + round_number) % len(names) :] + names[: (number + round_number) % len(names)]
        for name in sorted(shifted, key=made.__getitem__):
            desk.lot = Random(f"{seed} {round_number} {name} {one.url}")
            if pair := KINDS[name].make(desk, one, name):
                made[name] += 1
                yield pair
                break


def _copy(desk: Desk, one: Told, kind: str) -> Pair:
    return Pair(kind, one, desk.elsewhere(one, kind))


def _of(text_of: Callable[[Desk, Told], Text | None], *, headline: bool = True, own_site: float = 0.0) -> Make:
    """A pair of an article and the same with another text, at another site or in a share of the cases at its own."""

    def make(desk: Desk, one: Told, kind: str) -> Pair | None:
        text = text_of(desk, one)
        if text is None or (text == one.text and headline):
            return None
        other = desk.later(one, kind, 3) if desk.lot.random() < own_site else desk.elsewhere(one, kind)
        if not headline:
            source = desk.other(one)
            if source is None:
                return None
            other = replace(other, title=source.title)
        return Pair(kind, one, replace(other, text=text))

    return make


def _framed(desk: Desk, one: Told) -> Text | None:
    return pair_edits.framed(one.text, desk.lines(one), desk.name(one), one.site_name, desk.lot)


def _abridged(share: float, *, spread: bool | None) -> Callable[[Desk, Told], Text | None]:
    def text_of(desk: Desk, one: Told) -> Text | None:
        all_over = desk.lot.random() < 0.5 if spread is None else spread
        return (pair_edits.thinned if all_over else pair_edits.cut_off)(one.text, share, desk.lot)

    return text_of


def _updated(
    where: str | None = None, *, numbers: bool = False, edits: float = 0
) -> Callable[[Desk, Told], Text | None]:
    def text_of(desk: Desk, one: Told) -> Text | None:
        text: Text | None = one.text
        if numbers:
            text = pair_edits.with_other_numbers(one.text, 4, desk.lot)
        if edits:
            text = pair_edits.edited(one.text, edits, desk.library.vocabulary(one.language), desk.lot)
        more = desk.two_paragraphs(one)
        place = where or desk.lot.choice(("top", "middle", "end"))
        return pair_edits.with_paragraphs(text, more, place) if text and more else None

    return text_of


def _edited(share: float, longest: int = 1) -> Callable[[Desk, Told], Text | None]:
    return lambda desk, one: pair_edits.edited(
        one.text, share, desk.library.vocabulary(one.language), desk.lot, longest=longest
    )


def _same_headline(*, own_site: bool) -> Make:
    def make(desk: Desk, one: Told, kind: str) -> Pair | None:
        body = desk.body(one, same_site=own_site)
        other = desk.later(one, kind, 4) if own_site else desk.elsewhere(one, kind)
        return Pair(kind, one, replace(other, text=body.text), (body.url,)) if body else None

    return make


def _template(change: Callable[..., tuple[str, Text] | None]) -> Make:
    def make(desk: Desk, one: Told, kind: str) -> Pair | None:
        changed = change(one.title, one.text, desk.names(one), desk.library.frequency(one.language), desk.lot)
        if changed is None:
            return None
        title, text = changed
        other = desk.later(one, kind, 14)
        return Pair(kind, one, replace(other, text=text, title=title if desk.lot.random() < 0.5 else one.title))

    return make


def _column(share: float) -> Make:
    def make(desk: Desk, one: Told, kind: str) -> Pair | None:
        if not look_alikes.instalment(one.text, one.text, share):  # before a body is taken
            return None
        body = desk.body(one, round((1 - share) * one.size))
        text = body and look_alikes.instalment(one.text, body.text, share)
        return Pair(kind, one, replace(desk.later(one, kind, 14), text=text), (body.url,)) if body and text else None

    return make


def _other_report(*, own_site: bool) -> Make:
    def make(desk: Desk, one: Told, kind: str) -> Pair | None:
        body = desk.body(one)
        text = body and look_alikes.other_report(one.text, body.text, desk.library.frequency(one.language), desk.lot)
        if not body or not text:
            return None
        other = desk.later(one, kind, 1) if own_site else desk.elsewhere(one, kind)
        own = one.title.split()
        title = " ".join([*desk.lot.sample(own, len(own)), *body.title.split()[:2]])
        return Pair(kind, one, replace(other, text=text, title=title), (body.url,))

    return make


def _round_up(desk: Desk, one: Told, kind: str) -> Pair | None:
    if one.size > 350:
        return None
    bodies: list[Told] = []
    while sum(min(body.size, 600) for body in bodies) < one.size / look_alikes.ROUND_UP[0]:
        body = desk.body(one, 60, same_site=not bodies)
        if body is None:
            break
        bodies.append(body)
    text = look_alikes.round_up(one.text, [body.text for body in bodies], desk.lot)
    if text is None:
        return None
    other = desk.later(one, kind, 1) if desk.lot.random() < 0.5 else desk.elsewhere(one, kind)
    title = desk.lot.choice([one.title, bodies[-1].title])
    return Pair(kind, one, replace(other, text=text, title=title), tuple(body.url for body in bodies))


def _standing_paragraph(*, headline: bool) -> Make:
    def make(desk: Desk, one: Told, kind: str) -> Pair | None:
        source, body = desk.other(one), desk.body(one)
        if source is None or body is None or source.url == body.url:
            return None
        paragraph = look_alikes.standing_paragraph(source.text, min(one.size, body.size))
        if paragraph is None:
            return None
        where = desk.lot.choice(("top", "middle", "end", "end"))
        with_it = [pair_edits.with_paragraphs(text, (paragraph,), where) for text in (one.text, body.text)]
        other = replace(desk.later(one, kind, 14), text=with_it[1], title=one.title if headline else body.title)
        return Pair(kind, replace(one, text=with_it[0]), other, (body.url,))

    return make


KINDS: dict[str, Kind] = {
    "verbatim": Kind(_copy, True, 0.99),
    "verbatim-framed": Kind(_of(_framed), True, 0.99),
    "re-headlined": Kind(_of(lambda _, one: one.text, headline=False), True, 0.99),
    "abridged-70-cut": Kind(_of(_abridged(0.7, spread=False)), True, 0.99),
    "abridged-70-thinned": Kind(_of(_abridged(0.7, spread=True)), True, 0.99),
    "abridged-50-cut": Kind(_of(_abridged(0.5, spread=False)), True, 0.99),
    "abridged-50-thinned": Kind(_of(_abridged(0.5, spread=True)), True, 0.99),
    "abridged-50-re-headlined": Kind(_of(_abridged(0.5, spread=None), headline=False), True, 0.99),
    "abridged-30-cut": Kind(_of(_abridged(0.3, spread=False)), True, 0.9),
    "abridged-30-thinned": Kind(_of(_abridged(0.3, spread=True)), True, 0.9),
    "updated-top": Kind(_of(_updated("top"), own_site=0.5), True, 0.99),
    "updated-middle": Kind(_of(_updated("middle"), own_site=0.5), True, 0.99),
    "updated-end": Kind(_of(_updated("end"), own_site=0.5), True, 0.99),
    "updated-numbers": Kind(_of(_updated(numbers=True), own_site=0.5), True, 0.99),
    "updated-edits-10": Kind(_of(_updated(edits=0.1), own_site=0.5), True, 0.99),
    "reordered": Kind(_of(lambda desk, one: pair_edits.reordered(one.text, desk.lot)), True, 0.99),
    "edits-10": Kind(_of(_edited(0.1), own_site=0.3), True, 0.99),
    "edits-10-runs": Kind(_of(_edited(0.1, 8), own_site=0.3), True, 0.99),
    "edits-20": Kind(_of(_edited(0.2), own_site=0.3), True, 0.99),
    "edits-20-runs": Kind(_of(_edited(0.2, 8), own_site=0.3), True, 0.99),
    "edits-30": Kind(_of(_edited(0.3), own_site=0.3), True),
    "edits-30-runs": Kind(_of(_edited(0.3, 8), own_site=0.3), True),
    "same-headline": Kind(_same_headline(own_site=True), False),
    "same-headline-elsewhere": Kind(_same_headline(own_site=False), False),
    "template": Kind(_template(look_alikes.other_facts), False),
    "template-lines-kept": Kind(_template(look_alikes.some_lines_kept), False),
    "column-10": Kind(_column(0.1), False),
    "column-20": Kind(_column(0.2), False),
    "column-30": Kind(_column(0.3), False),
    "column-40": Kind(_column(0.4), False),
    "other-report": Kind(_other_report(own_site=True), False),
    "other-report-elsewhere": Kind(_other_report(own_site=False), False),
    "round-up": Kind(_round_up, False),
    "standing-paragraph": Kind(_standing_paragraph(headline=False), False),
    "standing-paragraph-headline": Kind(_standing_paragraph(headline=True), False),
}
