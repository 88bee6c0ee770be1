"""Which texts of a page are the article's, by its gold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scoring import SHINGLE, words

from cleaning.headlines import headline_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gold import Page

    from cleaning.runs import Run

MOST_WORDS, LESS = 40, 0.7  # a text weighs by its words to this power, up to so many
UNSURE = 0.3  # weight of a few words that stand somewhere in the gold
SNIPPET = 4  # weight of a text that a snippet speaks of: there are a few a page


def labels(page: Page, runs: Sequence[Run], titles: Sequence[str]) -> dict[int, tuple[bool, float]]:
    """For the indexes of the texts that the gold tells of: whether they are the article's, and their weight.

    The headline is handed over as the title and is none of the text, whatever the gold does with it.
    """
    headlines = {headline_key(title) for title in titles}
    if page.get("text"):
        return _by_text(words(page["text"]), runs, headlines, in_gold=bool(page.get("headline_in_gold")))
    return _by_snippets(page, runs)


def _by_text(
    gold: list[str], runs: Sequence[Run], headlines: set[str], *, in_gold: bool
) -> dict[int, tuple[bool, float]]:
    shingles = {tuple(gold[at : at + SHINGLE]) for at in range(len(gold) - SHINGLE + 1)}
    line = f" {' '.join(gold)} "
    found = {}
    for number, run in enumerate(runs):
        own = words(run.text)
        if not own or (in_gold and headline_key(run.text) in headlines):
            continue
        if len(own) < SHINGLE:
            inside = f" {' '.join(own)} " in line
            found[number] = inside, _weight(own) * (UNSURE if inside else 1)
        else:
            mine = [tuple(own[at : at + SHINGLE]) for at in range(len(own) - SHINGLE + 1)]
            found[number] = 2 * sum(one in shingles for one in mine) >= len(mine), _weight(own)
    return found


def _by_snippets(page: Page, runs: Sequence[Run]) -> dict[int, tuple[bool, float]]:
    wanted = [" ".join(words(snippet)) for snippet in page.get("with") or ()]
    unwanted = [" ".join(words(snippet)) for snippet in page.get("without") or ()]
    found = {}
    for number, run in enumerate(runs):
        own = " ".join(words(run.text))
        holds = [any(snippet and snippet in own for snippet in some) for some in (wanted, unwanted)]
        if holds[0] != holds[1]:
            found[number] = holds[0], SNIPPET * _weight(own.split())
    return found


def _weight(own: list[str]) -> float:
    return float(min(len(own), MOST_WORDS) ** LESS)
