"""What is asked for, and which articles of the store that is.

The corpus is every article that is neither rejected nor a duplicate. An article's day is that of its publication, or
of its fetch where the page states none that can be believed.

`chosen` reads the store once and notes in two temporary tables what it found: MATCHED has all that the filters let
through, duplicates and rejected pages too; CHOSEN has those of them that the release holds, numbered in its order. They
hold keys, no texts; the database keeps them on its disk and drops them when the transaction ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    Text,
    cast,
    collate,
    func,
    insert,
    null,
    select,
)

from cleaning.errors import BadArgument
from storage.export import rights
from storage.export.filters import DAY, conditions
from storage.export.where import parsed
from storage.models import StoredArticle
from storage.types import StorableText, UTCDateTime

ORDER = ("site", "published_at, or fetched_at where it is null", "id")

_temporary = MetaData()
MATCHED = Table(
    "export_matched",
    _temporary,
    Column("id", String(16)),
    Column("site", StorableText),
    Column("day", UTCDateTime),
    Column("story", String(16)),
    Column("words", BigInteger),
    Column("url", StorableText),
    Column("rejected", String(64)),  # none: an article
    Column("duplicate", Boolean),
    Column("rule", String(32)),
    prefixes=["TEMPORARY"],
)
CHOSEN = Table(
    "export_chosen",
    _temporary,
    Column("n", Integer, primary_key=True, autoincrement=False),  # from 1, in the order of the release
    Column("id", String(16)),
    Column("story", String(16)),
    Column("site", StorableText),
    Column("first_site", StorableText),  # of the story's first article; none where nobody asked
    Column("first_day", UTCDateTime),
    prefixes=["TEMPORARY"],
)


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked for. `since` and `until` are whole days in UTC, both inclusive.

    `include` names tables beside the articles. `BadArgument` where what is asked cannot be meant.
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
    include_duplicates: bool = False
    one_per_story: bool = False
    include: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        # Asked for in another order, or twice, it is the same release.
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
            raise BadArgument(f"--min-words takes a number from 0 on, not {self.min_words}")
        if self.include_duplicates and self.one_per_story:
            raise BadArgument("--one-per-story leaves out what --include-duplicates asks for; give one of them")
        for word in self.rights:
            if word not in rights.WORDS:
                raise BadArgument(f"--rights: there is no {word!r}; there are: {', '.join(rights.WORDS)}")
        if self.where is not None:
            parsed(self.where)

    @property
    def filters(self) -> dict[str, Any]:
        """As given, for the manifest; null or an empty list where there is no such filter."""
        return {
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


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What the filters let through and the release leaves out, counted by rule and by reason."""

    duplicates: dict[str, int]
    rejected: dict[str, int]


def chosen(connection: Connection, selection: Selection, *, firsts: bool = False) -> int:
    """Fills MATCHED and CHOSEN; how many articles are chosen. With `firsts` CHOSEN knows where each story begins.

    `BadArgument` where a site, a language, a section or a licence is named of which the store holds nothing.
    """
    for table in (MATCHED, CHOSEN):
        table.create(connection, checkfirst=False)
    matched = {
        "id": StoredArticle.id,
        "site": StoredArticle.site,
        "day": DAY,
        "story": func.coalesce(StoredArticle.duplicate_of, StoredArticle.id),
        "words": StoredArticle.words,
        "url": StoredArticle.url,
        "rejected": StoredArticle.rejected,
        "duplicate": StoredArticle.duplicate_of.is_not(None),
        "rule": StoredArticle.duplicate_rule,
    }
    question = select(*matched.values()).where(*conditions(connection, selection))
    connection.execute(insert(MATCHED).from_select(list(matched), question))
    _choose(connection, selection, firsts=firsts)
    return connection.scalar(select(func.count()).select_from(CHOSEN)) or 0


def left_out(connection: Connection, selection: Selection) -> LeftOut:
    """Counts what the selection asked for and the corpus does not hold, from MATCHED and CHOSEN."""
    duplicates: dict[str, int] = {}
    if selection.one_per_story:
        among = select(MATCHED).where(MATCHED.c.rejected.is_(None)).subquery()
        rule = func.coalesce(among.c.rule, "stands for its story")  # later than one that it stands for
        missing = select(rule, func.count()).select_from(among.outerjoin(CHOSEN, CHOSEN.c.id == among.c.id))
        duplicates = _counted(connection, missing.where(CHOSEN.c.id.is_(None)).group_by(rule))
    elif not selection.include_duplicates:
        rules = select(MATCHED.c.rule, func.count()).where(MATCHED.c.rejected.is_(None), MATCHED.c.duplicate)
        duplicates = _counted(connection, rules.group_by(MATCHED.c.rule))
    reasons = select(MATCHED.c.rejected, func.count()).where(MATCHED.c.rejected.is_not(None))
    return LeftOut(duplicates, rejected=_counted(connection, reasons.group_by(MATCHED.c.rejected)))


def bytewise(connection: Connection, column: Any) -> ColumnElement[Any]:
    """`column` to be ordered by its bytes, so that an order is the same on every database.

    SQLite compares bytes by itself; PostgreSQL by the rules of whatever language its database was made for.
    """
    return collate(column, "C") if connection.dialect.name == "postgresql" else column


def _choose(connection: Connection, selection: Selection, *, firsts: bool) -> None:
    # First is what was published first, then what has the fullest text, then the least address.
    begins = (MATCHED.c.day, MATCHED.c.words.desc(), bytewise(connection, MATCHED.c.url))

    def first(function: Any) -> Any:
        return function.over(partition_by=MATCHED.c.story, order_by=begins)

    among = select(
        MATCHED.c.id,
        MATCHED.c.story,
        MATCHED.c.site,
        MATCHED.c.day,
        (first(func.row_number()) if selection.one_per_story else null()).label("place"),
        (first(func.first_value(MATCHED.c.site)) if firsts else cast(null(), Text)).label("first_site"),
        (first(func.first_value(MATCHED.c.day)) if firsts else cast(null(), UTCDateTime)).label("first_day"),
    ).where(MATCHED.c.rejected.is_(None))
    if not (selection.include_duplicates or selection.one_per_story):
        among = among.where(~MATCHED.c.duplicate)
    found = among.subquery()
    order = (bytewise(connection, found.c.site), found.c.day, bytewise(connection, found.c.id))
    numbered = select(
        func.row_number().over(order_by=order),
        found.c.id,
        found.c.story,
        found.c.site,
        found.c.first_site,
        found.c.first_day,
    )
    if selection.one_per_story:
        numbered = numbered.where(found.c.place == 1)
    connection.execute(insert(CHOSEN).from_select([column.name for column in CHOSEN.c], numbered))


def _counted(connection: Connection, question: Select[*tuple[Any, ...]]) -> dict[str, int]:
    return dict(sorted((name, number) for name, number in connection.execute(question)))
