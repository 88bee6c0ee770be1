"""Label the text runs of a page as the article's or not, by its gold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scoring import SHINGLE, split_words

from cleaning.page.headline_key import normalize_headline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gold import Page

    from cleaning.page.text_runs import TextRun

MAX_WORDS, POWER = 40, 0.7  # the weight of a text: its words, up to so many, to this power
UNSURE = 0.3  # weight factor of a few words that stand anywhere in the gold
SNIPPET = 4  # weight factor of a text that holds a snippet: there are few per page


def label_runs(page: Page, runs: Sequence[TextRun], titles: Sequence[str]) -> dict[int, tuple[bool, float]]:
    """Return for each run that the gold labels whether it is the article's, and its weight; by index.

    The headline has no label if the gold begins with it: it is the title, not the text.
    """
    headlines = {normalize_headline(title) for title in titles}
    if page.get("text"):
        return _label_by_text(split_words(page["text"]), runs, headlines, in_gold=bool(page.get("headline_in_gold")))
    return _label_by_snippets(page, runs)


def _label_by_text(
    gold: list[str], runs: Sequence[TextRun], headlines: set[str], *, in_gold: bool
) -> dict[int, tuple[bool, float]]:
    shingles = {tuple(gold[at : at + SHINGLE]) for at in range(len(gold) - SHINGLE + 1)}
    line = f" {' '.join(gold)} "
    found = {}
    for number, run in enumerate(runs):
        own = split_words(run.text)
        if not own or (in_gold and normalize_headline(run.text) in headlines):
            continue
        if len(own) < SHINGLE:
            is_inside = f" {' '.join(own)} " in line
            found[number] = is_inside, _compute_weight(own) * (UNSURE if is_inside else 1)
        else:
            own_shingles = [tuple(own[at : at + SHINGLE]) for at in range(len(own) - SHINGLE + 1)]
            found[number] = 2 * sum(one in shingles for one in own_shingles) >= len(own_shingles), _compute_weight(own)
    return found


def _label_by_snippets(page: Page, runs: Sequence[TextRun]) -> dict[int, tuple[bool, float]]:
    required = [" ".join(split_words(snippet)) for snippet in page.get("with") or ()]
    forbidden = [" ".join(split_words(snippet)) for snippet in page.get("without") or ()]
    found = {}
    for number, run in enumerate(runs):
        own = " ".join(split_words(run.text))
        matches = [any(snippet and snippet in own for snippet in some) for some in (required, forbidden)]
        if matches[0] != matches[1]:
            found[number] = matches[0], SNIPPET * _compute_weight(own.split())
    return found


def _compute_weight(own: list[str]) -> float:
    return float(min(len(own), MAX_WORDS) ** POWER)
