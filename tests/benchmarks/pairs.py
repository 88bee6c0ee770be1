"""Labelled pairs of articles: the same story, or a look-alike of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING, NamedTuple

import look_alikes
import pair_edits
from pair_source import Library, PairSource
from wording import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from originals import SourceArticle


class Pair(NamedTuple):
    """Two articles. `one` replaces the original at its address; mostly it is the original.

    `like` are the addresses of originals whose bodies are used in `other`; those may match it or not.
    """

    kind: str
    one: SourceArticle
    other: SourceArticle
    like: tuple[str, ...] = ()


MakePair = Callable[[PairSource, "SourceArticle", str], Pair | None]


class PairKind(NamedTuple):
    """`target` is the recall that a kind of the same story must reach; None if it is only shown."""

    make: MakePair
    is_same: bool
    target: float | None = None


def make_pairs(library: Library, round_number: int, seed: int, kinds: Iterable[str]) -> Iterator[Pair]:
    """Yield a pair for each original that allows one, kinds in turn; in another round it gets another kind."""
    names = list(kinds)
    rng = Random(f"{seed}")
    order = rng.sample(library.articles, len(library.articles))
    # A long article allows more kinds than a short one, so the rarest kind so far is tried first.
    made = dict.fromkeys(names, 0)
    material = PairSource(library, rng)
    for number, one in enumerate(order):
        shifted = names[(number + round_number) % len(names) :] + names[: (number + round_number) % len(names)]
        for name in sorted(shifted, key=made.__getitem__):
            material.rng = Random(f"{seed} {round_number} {name} {one.url}")
            if pair := KINDS[name].make(material, one, name):
                made[name] += 1
                yield pair
                break


def _make_copy(material: PairSource, one: SourceArticle, kind: str) -> Pair:
    return Pair(kind, one, material.move_to_other_site(one, kind))


def _make_variant(
    edit: Callable[[PairSource, SourceArticle], Text | None], *, headline: bool = True, own_site: float = 0.0
) -> MakePair:
    """Return a maker of pairs: an article and a version with another text, at another site or in a share at its own."""

    def make(material: PairSource, one: SourceArticle, kind: str) -> Pair | None:
        text = edit(material, one)
        if text is None or (text == one.text and headline):
            return None
        other = (
            material.move_to_other_address(one, kind, 3)
            if material.rng.random() < own_site
            else material.move_to_other_site(one, kind)
        )
        if not headline:
            source = material.draw_article(one)
            if source is None:
                return None
            other = replace(other, title=source.title)
        return Pair(kind, one, replace(other, text=text))

    return make


def _add_frame(material: PairSource, one: SourceArticle) -> Text | None:
    return pair_edits.add_frame(
        one.text, material.draw_sentences(one), material.draw_name(one), one.site_name, material.rng
    )


def _abridge(share: float, *, spread: bool | None) -> Callable[[PairSource, SourceArticle], Text | None]:
    def edit(material: PairSource, one: SourceArticle) -> Text | None:
        is_spread = material.rng.random() < 0.5 if spread is None else spread
        return (pair_edits.thin_out if is_spread else pair_edits.cut_off)(one.text, share, material.rng)

    return edit


def _update(
    where: str | None = None, *, numbers: bool = False, edits: float = 0
) -> Callable[[PairSource, SourceArticle], Text | None]:
    def edit(material: PairSource, one: SourceArticle) -> Text | None:
        text: Text | None = one.text
        if numbers:
            text = pair_edits.change_numbers(one.text, 4, material.rng)
        if edits:
            text = pair_edits.edit_words(one.text, edits, material.library.vocabulary(one.language), material.rng)
        more = material.draw_two_paragraphs(one)
        position = where or material.rng.choice(("top", "middle", "end"))
        return pair_edits.insert_paragraphs(text, more, position) if text and more else None

    return edit


def _edit(share: float, longest: int = 1) -> Callable[[PairSource, SourceArticle], Text | None]:
    return lambda material, one: pair_edits.edit_words(
        one.text, share, material.library.vocabulary(one.language), material.rng, longest=longest
    )


def _make_same_headline(*, own_site: bool) -> MakePair:
    def make(material: PairSource, one: SourceArticle, kind: str) -> Pair | None:
        body = material.draw_body(one, same_site=own_site)
        other = material.move_to_other_address(one, kind, 4) if own_site else material.move_to_other_site(one, kind)
        return Pair(kind, one, replace(other, text=body.text), (body.url,)) if body else None

    return make


def _make_template(change: Callable[..., tuple[str, Text] | None]) -> MakePair:
    def make(material: PairSource, one: SourceArticle, kind: str) -> Pair | None:
        changed = change(
            one.title, one.text, material.draw_names(one), material.library.frequency(one.language), material.rng
        )
        if changed is None:
            return None
        title, text = changed
        other = material.move_to_other_address(one, kind, 14)
        return Pair(kind, one, replace(other, text=text, title=title if material.rng.random() < 0.5 else one.title))

    return make


def _make_column(share: float) -> MakePair:
    def make(material: PairSource, one: SourceArticle, kind: str) -> Pair | None:
        if not look_alikes.make_instalment(one.text, one.text, share):  # before a body is used up
            return None
        body = material.draw_body(one, round((1 - share) * one.size))
        text = body and look_alikes.make_instalment(one.text, body.text, share)
        return (
            Pair(kind, one, replace(material.move_to_other_address(one, kind, 14), text=text), (body.url,))
            if body and text
            else None
        )

    return make


def _make_other_report(*, own_site: bool) -> MakePair:
    def make(material: PairSource, one: SourceArticle, kind: str) -> Pair | None:
        body = material.draw_body(one)
        text = body and look_alikes.make_other_report(
            one.text, body.text, material.library.frequency(one.language), material.rng
        )
        if not body or not text:
            return None
        other = material.move_to_other_address(one, kind, 1) if own_site else material.move_to_other_site(one, kind)
        own = one.title.split()
        title = " ".join([*material.rng.sample(own, len(own)), *body.title.split()[:2]])
        return Pair(kind, one, replace(other, text=text, title=title), (body.url,))

    return make


def _make_round_up(material: PairSource, one: SourceArticle, kind: str) -> Pair | None:
    if one.size > 350:
        return None
    bodies: list[SourceArticle] = []
    while sum(min(body.size, 600) for body in bodies) < one.size / look_alikes.ROUND_UP[0]:
        body = material.draw_body(one, 60, same_site=not bodies)
        if body is None:
            break
        bodies.append(body)
    text = look_alikes.make_round_up(one.text, [body.text for body in bodies], material.rng)
    if text is None:
        return None
    other = (
        material.move_to_other_address(one, kind, 1)
        if material.rng.random() < 0.5
        else material.move_to_other_site(one, kind)
    )
    title = material.rng.choice([one.title, bodies[-1].title])
    return Pair(kind, one, replace(other, text=text, title=title), tuple(body.url for body in bodies))


def _make_standing_paragraph(*, headline: bool) -> MakePair:
    def make(material: PairSource, one: SourceArticle, kind: str) -> Pair | None:
        source, body = material.draw_article(one), material.draw_body(one)
        if source is None or body is None or source.url == body.url:
            return None
        paragraph = look_alikes.make_standing_paragraph(source.text, min(one.size, body.size))
        if paragraph is None:
            return None
        where = material.rng.choice(("top", "middle", "end", "end"))
        with_it = [pair_edits.insert_paragraphs(text, (paragraph,), where) for text in (one.text, body.text)]
        other = replace(
            material.move_to_other_address(one, kind, 14), text=with_it[1], title=one.title if headline else body.title
        )
        return Pair(kind, replace(one, text=with_it[0]), other, (body.url,))

    return make


KINDS: dict[str, PairKind] = {
    "verbatim": PairKind(_make_copy, True, 0.99),
    "verbatim-framed": PairKind(_make_variant(_add_frame), True, 0.99),
    "re-headlined": PairKind(_make_variant(lambda _, one: one.text, headline=False), True, 0.99),
    "abridged-70-cut": PairKind(_make_variant(_abridge(0.7, spread=False)), True, 0.99),
    "abridged-70-thinned": PairKind(_make_variant(_abridge(0.7, spread=True)), True, 0.99),
    "abridged-50-cut": PairKind(_make_variant(_abridge(0.5, spread=False)), True, 0.99),
    "abridged-50-thinned": PairKind(_make_variant(_abridge(0.5, spread=True)), True, 0.99),
    "abridged-50-re-headlined": PairKind(_make_variant(_abridge(0.5, spread=None), headline=False), True, 0.99),
    "abridged-30-cut": PairKind(_make_variant(_abridge(0.3, spread=False)), True, 0.9),
    "abridged-30-thinned": PairKind(_make_variant(_abridge(0.3, spread=True)), True, 0.9),
    "updated-top": PairKind(_make_variant(_update("top"), own_site=0.5), True, 0.99),
    "updated-middle": PairKind(_make_variant(_update("middle"), own_site=0.5), True, 0.99),
    "updated-end": PairKind(_make_variant(_update("end"), own_site=0.5), True, 0.99),
    "updated-numbers": PairKind(_make_variant(_update(numbers=True), own_site=0.5), True, 0.99),
    "updated-edits-10": PairKind(_make_variant(_update(edits=0.1), own_site=0.5), True, 0.99),
    "reordered": PairKind(_make_variant(lambda material, one: pair_edits.reorder(one.text, material.rng)), True, 0.99),
    "edits-10": PairKind(_make_variant(_edit(0.1), own_site=0.3), True, 0.99),
    "edits-10-runs": PairKind(_make_variant(_edit(0.1, 8), own_site=0.3), True, 0.99),
    "edits-20": PairKind(_make_variant(_edit(0.2), own_site=0.3), True, 0.99),
    "edits-20-runs": PairKind(_make_variant(_edit(0.2, 8), own_site=0.3), True, 0.99),
    "edits-30": PairKind(_make_variant(_edit(0.3), own_site=0.3), True),
    "edits-30-runs": PairKind(_make_variant(_edit(0.3, 8), own_site=0.3), True),
    "same-headline": PairKind(_make_same_headline(own_site=True), False),
    "same-headline-elsewhere": PairKind(_make_same_headline(own_site=False), False),
    "template": PairKind(_make_template(look_alikes.replace_facts), False),
    "template-lines-kept": PairKind(_make_template(look_alikes.replace_some_facts), False),
    "column-10": PairKind(_make_column(0.1), False),
    "column-20": PairKind(_make_column(0.2), False),
    "column-30": PairKind(_make_column(0.3), False),
    "column-40": PairKind(_make_column(0.4), False),
    "other-report": PairKind(_make_other_report(own_site=True), False),
    "other-report-elsewhere": PairKind(_make_other_report(own_site=False), False),
    "round-up": PairKind(_make_round_up, False),
    "standing-paragraph": PairKind(_make_standing_paragraph(headline=False), False),
    "standing-paragraph-headline": PairKind(_make_standing_paragraph(headline=True), False),
}
