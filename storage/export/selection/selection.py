"""The filters of a release, as `scrapy export` takes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from cleaning.errors import BadArgument
from storage.export.selection.rights import build_rights_conditions
from storage.export.selection.where import parse_where
from storage.search.query import parse_query


@dataclass(frozen=True, slots=True)
class Selection:
    """The filters of a release. `since` and `until` are whole days in UTC, both inclusive.

    `include` names extra tables. Raise `BadArgument` for an invalid or contradictory filter.
    """

    sites: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    min_words: int | None = None
    sections: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    rights: tuple[str, ...] = ()
    where: str | None = None
    search: str | None = None  # words, as `scrapy search` takes them
    include_duplicates: bool = False
    one_per_story: bool = False
    include: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        # The same filters in another order, or given twice, must give the same release.
        for name, form in (
            ("sites", str),
            ("languages", str.lower),
            ("sections", str.casefold),
            ("licences", str.lower),
            ("rights", str),
            ("include", str),
        ):
            object.__setattr__(self, name, tuple(sorted({form(value) for value in getattr(self, name)})))
        if self.since and self.until and self.until < self.since:
            raise BadArgument(f"--until {self.until} is before --since {self.since}")
        if self.min_words is not None and self.min_words < 0:
            raise BadArgument(f"--min-words must be a whole number of at least 0, got {self.min_words}")
        if self.include_duplicates and self.one_per_story:
            raise BadArgument("--one-per-story and --include-duplicates contradict each other; give one of them")
        build_rights_conditions(self.rights)
        if self.where is not None:
            parse_where(self.where)
        if self.search is not None:
            parse_query(self.search)

    @property
    def filters(self) -> dict[str, Any]:
        """The filters as the manifest states them: None or an empty list for a filter that is not set.

        `search` is stated only where it is set: releases keep the ids that they had before there was one.
        """
        stated = {
            "sites": list(self.sites),
            "languages": list(self.languages),
            "since": self.since and self.since.isoformat(),
            "until": self.until and self.until.isoformat(),
            "min_words": self.min_words,
            "sections": list(self.sections),
            "licences": list(self.licences),
            "rights": list(self.rights),
            "where": self.where,
            "include_duplicates": self.include_duplicates,
            "one_per_story": self.one_per_story,
            "include": list(self.include),
        }
        return stated if self.search is None else stated | {"search": self.search}
