"""Score the answers of an extractor against the gold.

f1 p r   4-word shingles, matched as in the ScrapingHub article-extraction benchmark: precision and recall are means
         over the pages, f1 is their harmonic mean
exact    share of the pages whose words are the gold's words, in order
seg.f    F-score over the snippets that must be in the text or must not; leak is the share of forbidden snippets in the
         text, lost the share of required ones missing
title    share of the pages with a gold headline whose title has the same words
date     share of the pages with a gold date whose day of publication is the same

If the gold begins with the headline, the title is put in front of a text that does not begin with it.
"""

from __future__ import annotations

import re
import statistics
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gold import Page

Shingles = Counter[tuple[str, ...]]

FIGURES = ("f1", "p", "r", "exact", "seg.f", "leak", "lost", "title", "date")
WORD = re.compile(r"\w+")
SHINGLE = 4  # words


class Answer(NamedTuple):
    """The answer of one extractor for one page; `published_at` begins with the day in ISO form."""

    title: str = ""
    text: str = ""
    published_at: str | None = None


def split_words(text: str) -> list[str]:
    return WORD.findall(text)


def count_shingles(tokens: list[str], size: int = SHINGLE) -> Shingles:
    """Count the runs of `size` words; one shorter run if there are fewer words."""
    return Counter(tuple(tokens[at : at + size]) for at in range(max(1, len(tokens) - size + 1)) if tokens[at:])


def prepend_headline(page: Page, title: str, text: str) -> str:
    """Return the text, with its title in front if the gold begins with the headline and the text does not."""
    own = split_words(title)
    return f"{title}\n{text}" if page.get("headline_in_gold") and own and split_words(text)[: len(own)] != own else text


def score(pages: Iterable[Page], answers: Iterable[Answer]) -> dict[str, float]:
    """Return the FIGURES for which the pages have gold."""
    precisions: list[float] = []
    recalls: list[float] = []
    exact: list[bool] = []
    titles: list[bool] = []
    dates: list[bool] = []
    present: list[bool] = []  # for every required snippet: whether it is in the text
    leaked: list[bool] = []
    for page, answer in zip(pages, answers, strict=True):
        text = prepend_headline(page, answer.title, answer.text)
        if page.get("text"):
            gold, found = split_words(page["text"]), split_words(text)
            wanted, given = count_shingles(gold), count_shingles(found)
            hit = (wanted & given).total()
            precisions += [hit / given.total()] if given else []
            recalls += [hit / wanted.total()] if wanted else []
            exact.append(gold == found)
        flat = " ".join(text.split())
        present += [" ".join(snippet.split()) in flat for snippet in page.get("with") or ()]
        leaked += [" ".join(snippet.split()) in flat for snippet in page.get("without") or ()]
        if page.get("title"):
            titles.append(_fold_words(page["title"]) == _fold_words(answer.title))
        if page.get("date"):
            dates.append(str(page["date"])[:10] == str(answer.published_at)[:10])
    return (
        (_score_shingles(precisions, recalls, exact) if exact else {})
        | (_score_snippets(present, leaked) if present and leaked else {})
        | ({"title": statistics.mean(titles)} if titles else {})
        | ({"date": statistics.mean(dates)} if dates else {})
    )


def average_sets(by_set: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Return the mean of each figure over the sets that have it."""
    values = {name: [figures[name] for figures in by_set if name in figures] for name in FIGURES}
    return {name: statistics.mean(found) for name, found in values.items() if found}


def _score_shingles(precisions: list[float], recalls: list[float], exact: list[bool]) -> dict[str, float]:
    p, r = statistics.mean(precisions or [0.0]), statistics.mean(recalls or [0.0])
    return {"f1": _harmonic_mean(p, r), "p": p, "r": r, "exact": statistics.mean(exact)}


def _score_snippets(present: list[bool], leaked: list[bool]) -> dict[str, float]:
    p, r = sum(present) / max(1, sum(present) + sum(leaked)), statistics.mean(present)
    return {"seg.f": _harmonic_mean(p, r), "leak": statistics.mean(leaked), "lost": 1 - r}


def _harmonic_mean(p: float, r: float) -> float:
    return 2 * p * r / (p + r) if p + r else 0.0


def _fold_words(text: str) -> list[str]:
    return [word.casefold() for word in split_words(text)]
