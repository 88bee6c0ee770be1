"""The filters of `Store.articles`: the keywords of a Python call, made a selection of the export."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TypedDict

from cleaning.errors import BadArgument
from storage.export.selection.selection import Selection
from storage.search.ranked import HitFilter

_OPTION = re.compile(r"--([a-z]+(?:-[a-z]+)*)")


class ArticleFilters(TypedDict, total=False):
    """The filters of `scrapy export`, as keywords. An article must pass all that are given.

    `site`, `language`, `section`, `licence` and `rights` take one word or several, any of which may apply (of `rights`
    all must). `since` and `until` are whole days in UTC, both inclusive: of the publication, or of the fetch where the
    page states none. `where` is an expression as `scrapy export --where` takes it (docs/export.md).
    """

    site: str | Iterable[str] | None
    language: str | Iterable[str] | None
    section: str | Iterable[str] | None
    licence: str | Iterable[str] | None
    rights: str | Iterable[str] | None
    since: date | str | None
    until: date | str | None
    min_words: int | None
    where: str | None
    include_duplicates: bool
    one_per_story: bool
    include_rejected: bool


class SearchFilters(TypedDict, total=False):
    """The filters of `Store.search`: those of `ArticleFilters` that the search index knows."""

    site: str | Iterable[str] | None
    language: str | Iterable[str] | None
    since: date | str | None
    until: date | str | None
    include_duplicates: bool
    include_rejected: bool


def make_selection(filters: ArticleFilters) -> Selection:
    """Return the selection of these filters. Raise BadArgument for one that is unknown, invalid or contradictory."""
    check_names(filters, ArticleFilters.__annotations__)
    with name_keywords():
        return Selection(
            sites=list_words("site", filters.get("site")),
            languages=list_words("language", filters.get("language")),
            sections=list_words("section", filters.get("section")),
            licences=list_words("licence", filters.get("licence")),
            rights=list_words("rights", filters.get("rights")),
            since=parse_date("since", filters.get("since")),
            until=parse_date("until", filters.get("until")),
            min_words=filters.get("min_words"),
            where=filters.get("where"),
            include_duplicates=filters.get("include_duplicates", False),
            one_per_story=filters.get("one_per_story", False),
        )


def make_hit_filter(selection: Selection, *, include_rejected: bool) -> HitFilter:
    """Return which hits of a search pass the filters of a selection."""
    return HitFilter(
        sites=selection.sites,
        languages=selection.languages,
        since=selection.since,
        until=selection.until,
        include_duplicates=selection.include_duplicates,
        include_rejected=include_rejected,
    )


def check_names(filters: Iterable[str], known: Iterable[str]) -> None:
    """Raise BadArgument for a filter that is none of these."""
    for name in filters:
        if name not in known:
            raise BadArgument(f"there is no filter {name!r}; choose from: {', '.join(known)}")


@contextmanager
def name_keywords() -> Iterator[None]:
    """Let the messages of BadArgument name keywords, "min_words", where they name options, "--min-words"."""
    try:
        yield
    except BadArgument as error:
        raise BadArgument(_OPTION.sub(lambda found: found[1].replace("-", "_"), str(error))) from None


def list_words(name: str, value: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return the words of a filter that takes one or several. Raise TypeError for anything else."""
    words = () if value is None else (value,) if isinstance(value, str) else tuple(value)
    for word in words:
        if not isinstance(word, str):
            raise TypeError(f"{name} must be a str or several, got {word!r}")
    return words


def parse_date(name: str, value: date | str | None) -> date | None:
    """Return the day of a filter: of an aware time its day in UTC. Raise BadArgument if it is none."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise BadArgument(f"{name} must be a day, as '2026-11-30', got {value!r}") from None
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).date()
    return value
