"""The index of near-duplicates, and which articles were found to be one story. The transaction is the caller's."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, func, insert, or_, select, update

from storage.models import Kinship, SketchValue, StoredArticle

# Articles that one is compared with, by each of the ways in which they are found: those that share most. What it is
# found to be depends on no order as long as no story, and no template, has more articles than this.
MOST = 256
_LOOKUP = 400  # ids of one question

_TABLE = StoredArticle.__table__
_ROW = _TABLE.c
_SKETCH = SketchValue.__table__.c
_KIN = Kinship.__table__.c
# What is compared, and what a standing is made of.
_COMPARED: list[Any] = [
    _ROW.id,
    _ROW.url,
    _ROW.canonical_url,
    _ROW.site,
    _ROW.story_key,
    _ROW.published_at,
    _ROW.fetched_at,
]
_STANDING: list[Any] = [
    _ROW.duplicate_of,
    _ROW.duplicate_rule,
    _ROW.duplicate_kind,
    _ROW.duplicate_via,
    _ROW.duplicate_likeness,
    _ROW.duplicate_share,
]


# Made once: to build a statement takes as long as to run it.
_DAY = func.coalesce(_ROW.published_at, _ROW.fetched_at)
_STORED: Select[Any] = select(
    *_COMPARED, _ROW.text, _ROW.sketch, _ROW.title, _ROW.site_name, _ROW.rejected, _ROW.duplicate_of
).where(_ROW.id == bindparam("name"))
_INDEXED = (
    update(StoredArticle)
    .where(_ROW.id == bindparam("name"))
    .values(story_key=bindparam("key"), sketch=bindparam("data"))
)
_INSERT = insert(SketchValue)
_SHARING = (
    select(_SKETCH.article)
    .where(_SKETCH.value.in_(bindparam("values", expanding=True)))
    .group_by(_SKETCH.article)
    .having(func.count() >= bindparam("least"))
    .order_by(func.count().desc(), _SKETCH.article)
    .limit(MOST + 1)  # with the article itself
)
_SAME_HEADLINE = (
    select(_ROW.id)
    .where(_ROW.site == bindparam("site"), _ROW.story_key == bindparam("key"), _ROW.rejected.is_(None))
    .where(_DAY.between(bindparam("first"), bindparam("last")))
    .order_by(_ROW.published_at, _ROW.fetched_at, _ROW.id)  # as the index has them: SQLite takes another one else
    .limit(MOST)
)
_SAME_CANONICAL = (
    select(_ROW.id).where(_ROW.canonical_url == bindparam("url"), _ROW.rejected.is_(None)).order_by(_ROW.id).limit(MOST)
)
_KINSHIPS = select(Kinship.__table__).where(or_(_KIN.one == bindparam("name"), _KIN.other == bindparam("name")))


def number(article_id: str) -> int:
    """The article's number in the index: its id, sixteen hexadecimal digits, as a signed number of eight bytes."""
    return int.from_bytes(bytes.fromhex(article_id), signed=True)


def article_id(number: int) -> str:
    """The id of the article with this number."""
    return number.to_bytes(8, signed=True).hex()


def compared(connection: Connection, names: Collection[str]) -> dict[str, Row[Any]]:
    """What of these articles is compared, and their sketches, by id; those that are rejected left out."""
    columns = [*_COMPARED, _ROW.text, _ROW.sketch]
    question = select(*columns).where(_ROW.rejected.is_(None))
    return {row.id: row for some in _chunks(names) for row in connection.execute(question.where(_ROW.id.in_(some)))}


def stored(connection: Connection, name: str) -> Row[Any]:
    """The article that is to be judged: what is compared of it, its headline, how it stands, why it is none."""
    (row,) = connection.execute(_STORED, {"name": name})
    return row


def not_indexed(connection: Connection, most: int, after: str = "") -> list[str]:
    """Ids of articles that are not in the index, in order, from `after` on, which is left out."""
    question = select(_ROW.id).where(_ROW.sketch.is_(None), _ROW.rejected.is_(None), _ROW.id > after)
    return list(connection.scalars(question.order_by(_ROW.id).limit(most)))


def index(
    connection: Connection, name: str, *, key: str, sketch: bytes | None, old: Iterable[int], new: Iterable[int]
) -> None:
    """Puts an article into the index under `key` and the values `new` of its sketch, instead of `old`.

    A sketch of None, without values, takes it out.
    """
    own, before, after = number(name), set(old), set(new)
    if gone := before - after:
        connection.execute(
            delete(SketchValue).where(_SKETCH.value.in_(bindparam("values", expanding=True)), _SKETCH.article == own),
            {"values": sorted(gone)},
        )
    if come := after - before:
        connection.execute(_INSERT, [{"value": value, "article": own} for value in sorted(come)])
    connection.execute(_INDEXED, {"name": name, "key": key, "data": sketch})


def sharing(connection: Connection, values: Collection[int], least: int) -> set[str]:
    """The articles whose sketches share `least` of these values or more.

    Of more than MOST those that share most, and the articles that stand for their stories.
    """
    numbers = connection.scalars(_SHARING, {"values": sorted(values), "least": least}).all()
    found = {article_id(number) for number in numbers}
    if len(found) > MOST:
        for some in _chunks(found):
            question = select(_ROW.duplicate_of).where(_ROW.id.in_(some), _ROW.duplicate_of.is_not(None))
            found.update(connection.scalars(question))
    return found


def same_headline(connection: Connection, site: str, key: str, when: datetime, within: timedelta) -> set[str]:
    """Articles of a site with this key of their headline, dated no further than `within` from `when`; at most MOST."""
    about = {"site": site, "key": key, "first": when - within, "last": when + within}
    return set(connection.scalars(_SAME_HEADLINE, about))


def same_canonical(connection: Connection, canonical_url: str) -> set[str]:
    """Articles that declare this canonical URL, or have it themselves and declare none; at most MOST."""
    return set(connection.scalars(_SAME_CANONICAL, {"url": canonical_url}))


def kinships(connection: Connection, name: str) -> dict[str, Row[Any]]:
    """Every article that is kin to this one, with rule, likeness and share."""
    rows = connection.execute(_KINSHIPS, {"name": name})
    return {row.other if row.one == name else row.one: row for row in rows}


def keep_kinships(connection: Connection, name: str, kin: Mapping[str, Any]) -> None:
    """Makes these all the kinships of an article: other article -> rule, likeness and share."""
    connection.execute(delete(Kinship).where(or_(_KIN.one == name, _KIN.other == name)))
    rows = [
        {
            "one": min(name, other),
            "other": max(name, other),
            "rule": kinship.rule,
            "likeness": kinship.likeness,
            "share": kinship.share,
        }
        for other, kinship in sorted(kin.items())
    ]
    if rows:
        connection.execute(insert(Kinship), rows)


def members(connection: Connection, names: Collection[str]) -> dict[str, Row[Any]]:
    """Of these articles what ranks them and how they stand, by id; rejected ones too."""
    columns = [*_COMPARED, func.length(_ROW.text).label("length"), _ROW.rejected, _ROW.run_id, *_STANDING]
    question = select(*columns)
    return {row.id: row for some in _chunks(names) for row in connection.execute(question.where(_ROW.id.in_(some)))}


def mark(
    connection: Connection,
    name: str,
    *,
    of: str | None = None,
    rule: str | None = None,
    kind: str | None = None,
    via: str | None = None,
    likeness: float | None = None,
    share: float | None = None,
) -> None:
    """Sets the standing of an article: the duplicate of another by a rule, or (without these) a story of its own."""
    connection.execute(
        update(StoredArticle)
        .where(_ROW.id == name)
        .values(
            duplicate_of=of,
            duplicate_rule=rule,
            duplicate_kind=kind,
            duplicate_via=via,
            duplicate_likeness=likeness,
            duplicate_share=share,
        )
    )


def _chunks(names: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(names)
    return (ordered[start : start + _LOOKUP] for start in range(0, len(ordered), _LOOKUP))
