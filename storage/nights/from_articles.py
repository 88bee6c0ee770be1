"""The numbers of a night that its pages give: lengths, cuts, languages, dates, and where their texts stand."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby
from math import log
from statistics import median
from typing import Any

from sqlalchemy import Connection, func, select

from storage.models import StoredArticle

MOST_PAGES = 400  # of a site that are looked at: those with the lowest ids, which are hashes of addresses
_BATCH = 500  # rows that are fetched at a time
_JUST_NOW = timedelta(minutes=10)  # an article is dated at the fetch if it is not older
_OLD = timedelta(days=60)
_FEW = {"too-short", "no-text"}  # reasons of pages whose text is missing
_PLACES = 8  # places of a night that are kept
_TEXT_TAGS = frozenset(
    ("p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "td", "th", "tr", "dd", "dt", "figcaption", "pre")
)
_NUMBER = re.compile(r"[0-9]+")


def measure_articles(connection: Connection, run: int) -> dict[str, dict[str, float]]:
    """Return the numbers of the pages that a run stored, by site."""
    return {site: _sum_up(rows) for site, rows in groupby(_iter_pages(connection, run), key=lambda row: str(row.site))}


def find_place(path: str) -> str:
    """Return the name of the innermost element with a class or an id around a text: its part of the site's template.

    `path` is that of a block. Numbers become 0, ids are left out where there is a class.
    """
    labels = path.split(" > ")
    inner = [label for label in labels if re.split(r"[.#]", label, maxsplit=1)[0] not in _TEXT_TAGS]
    named = next((label for label in reversed(inner) if "." in label or "#" in label), "")
    tag, dot, classes = named.partition(".")
    label = f"{tag.partition('#')[0]}{dot}{classes}" if dot else named
    return _NUMBER.sub("0", label)[:80]


def _iter_pages(connection: Connection, run: int) -> Iterator[Any]:
    """Yield what is needed of the pages of a run, by site, the article's text as its length."""
    page = StoredArticle
    columns: list[Any] = [
        page.id,
        page.site,
        page.rejected,
        page.authors,
        page.published_at,
        page.fetched_at,
        page.language,
    ]
    ranked = (
        select(page.id.label("id"), func.row_number().over(partition_by=page.site, order_by=page.id).label("number"))
        .where(page.run_id == run)
        .subquery()
    )
    question = (
        select(*columns, func.length(page.text).label("length"), page.blocks)
        .join(ranked, ranked.c.id == page.id)
        .where(ranked.c.number <= MOST_PAGES)
        .order_by(page.site, page.id)
    )
    yield from connection.execute(question, execution_options={"yield_per": _BATCH})


def _sum_up(rows: Iterator[Any]) -> dict[str, float]:
    """Return the numbers of the pages of one site."""
    lengths: list[float] = []
    languages: Counter[str] = Counter()
    places: Counter[str] = Counter()
    moments: Counter[object] = Counter()
    marks: Counter[str] = Counter()
    cut: Counter[str] = Counter()
    kept = 0
    bare: list[int] = []
    for row in rows:
        in_page = _measure_blocks(row.blocks)
        if row.rejected is not None:
            if row.rejected in _FEW:
                bare.append(in_page.kept + in_page.cut.total())
            continue
        lengths.append(row.length)
        languages[row.language] += 1
        places[in_page.place] += 1
        marks["no_author"] += not row.authors
        marks["no_date"] += row.published_at is None
        if row.published_at is not None:
            age = row.fetched_at - row.published_at
            marks["dated_now"] += age < _JUST_NOW
            marks["dated_old"] += age > _OLD
            moments[row.published_at] += 1
        cut.update(in_page.cut)
        kept += in_page.kept
    numbers: dict[str, float] = {"articles": len(lengths), "bare": len(bare)}
    if bare:
        numbers["bare_length"] = median(bare)
    if not lengths:
        return numbers
    count = len(lengths)
    logs = [log(length + 1) for length in lengths]
    middle = median(logs)
    numbers["median_length"] = median(lengths)
    numbers["length_spread"] = round(1.4826 * median(abs(value - middle) for value in logs), 4)
    marks["same_date"] = max(moments.values(), default=1) - 1
    numbers |= {name: round(marks[name] / count, 4) for name in ("no_author", "no_date", "dated_now", "dated_old")}
    numbers["same_date"] = round(marks["same_date"] / count, 4)
    numbers |= {f"language/{code}": round(number / count, 4) for code, number in sorted(languages.items())}
    numbers |= {f"place/{place}": round(number / count, 4) for place, number in _choose_places(places)}
    if whole := kept + cut.total():
        numbers["characters"] = whole
        numbers["share_cut"] = round(cut.total() / whole, 4)
        numbers |= {f"share_cut/{rule}": round(number / whole, 4) for rule, number in sorted(cut.items())}
    return numbers


def _choose_places(places: Counter[str]) -> list[tuple[str, int]]:
    return sorted(places.items(), key=lambda item: (-item[1], item[0]))[:_PLACES]


class _Measured:
    """The characters of a page's blocks: kept, cut by rule, and the place of most of the kept ones."""

    __slots__ = ("cut", "kept", "place")

    def __init__(self) -> None:
        self.kept = 0
        self.cut: Counter[str] = Counter()
        self.place = ""


def _measure_blocks(packed: str | None) -> _Measured:
    """Measure the blocks of a page in the form of storage.models.packed_blocks, whose texts are not needed."""
    found = _Measured()
    if packed is None:
        return found
    read = json.loads(packed)
    paths: Counter[int] = Counter()
    for _, said, length, path, *rest in read["blocks"]:
        characters = len(said) if length is None else length
        if rest and rest[0] is not None:
            found.cut[rest[0]] += characters
        else:
            found.kept += characters
            paths[path] += characters
    if paths:
        places: Counter[str] = Counter()
        for path, characters in paths.items():
            places[find_place(read["paths"][path])] += characters
        found.place = _choose_places(places)[0][0]
    return found
