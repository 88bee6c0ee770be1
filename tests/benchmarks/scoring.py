"""What an extractor's answers are worth beside the gold.

f1 p r   4-word shingles, matched as in the ScrapingHub article-extraction benchmark: precision and recall are means
         over the pages, f1 is their harmonic mean
exact    share of the pages whose words are the gold's words, in order
seg.f    F-score over the snippets that must be in the text or must not; leak is the share of those that must not and
         are, lost the share of those that must and are not
title    share of the pages with a gold headline whose title has the same words
date     share of the pages with a gold date whose day of publication is the same

Where the gold begins with the headline, the title is put in front of a text that does not begin with it.
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
    """What one extractor says of one page; `published_at` begins with the day in ISO form."""

    title: str = ""
    text: str = ""
    published_at: str | None = None


def words(text: str) -> list[str]:
    return WORD.findall(text)


def shingles(tokens: list[str], size: int = SHINGLE) -> Shingles:
    """Runs of `size` words and how often each occurs; one shorter run where there are fewer words."""
    return Counter(tuple(tokens[at : at + size]) for at in range(max(1, len(tokens) - size + 1)) if tokens[at:])


def with_headline(page: Page, title: str, text: str) -> str:
    """The text, with its title in front where the gold has the headline there and the text has not."""
    own = words(title)
    return f"{title}\n{text}" if page.get("headline_in_gold") and own and words(text)[: len(own)] != own else text


def score(pages: Iterable[Page], answers: Iterable[Answer]) -> dict[str, float]:
    """Those of the FIGURES for which the pages have gold."""
    precisions: list[float] = []
    recalls: list[float] = []
    exact: list[bool] = []
    titles: list[bool] = []
    dates: list[bool] = []
    present: list[bool] = []  # for every snippet that must be in the text: whether it is
    leaked: list[bool] = []
    for page, answer in zip(pages, answers, strict=True):
        text = with_headline(page, answer.title, answer.text)
        if page.get("text"):
            gold, found = words(page["text"]), words(text)
            wanted, given = shingles(gold), shingles(found)
            hit = (wanted & given).total()
            precisions += [hit / given.total()] if given else []
            recalls += [hit / wanted.total()] if wanted else []
            exact.append(gold == found)
        flat = " ".join(text.split())
        present += [" ".join(snippet.split()) in flat for snippet in page.get("with") or ()]
        leaked += [" ".join(snippet.split()) in flat for snippet in page.get("without") or ()]
        if page.get("title"):
            titles.append(_folded(page["title"]) == _folded(answer.title))
        if page.get("date"):
            dates.append(str(page["date"])[:10] == str(answer.published_at)[:10])
    return (
        (_matched(precisions, recalls, exact) if exact else {})
        | (_snippets(present, leaked) if present and leaked else {})
        | ({"title": statistics.mean(titles)} if titles else {})
        | ({"date": statistics.mean(dates)} if dates else {})
    )


def mean_of_sets(by_set: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """The mean of each figure over the sets that have it."""
    values = {name: [figures[name] for figures in by_set if name in figures] for name in FIGURES}
    return {name: statistics.mean(found) for name, found in values.items() if found}


def _matched(precisions: list[float], recalls: list[float], exact: list[bool]) -> dict[str, float]:
    p, r = statistics.mean(precisions or [0.0]), statistics.mean(recalls or [0.0])
    return {"f1": _harmonic(p, r), "p": p, "r": r, "exact": statistics.mean(exact)}


def _snippets(present: list[bool], leaked: list[bool]) -> dict[str, float]:
    p, r = sum(present) / max(1, sum(present) + sum(leaked)), statistics.mean(present)
    return {"seg.f": _harmonic(p, r), "leak": statistics.mean(leaked), "lost": 1 - r}


def _harmonic(p: float, r: float) -> float:
    return 2 * p * r / (p + r) if p + r else 0.0


def _folded(text: str) -> list[str]:
    return [word.casefold() for word in words(text)]
