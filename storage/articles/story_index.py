"""The index of near-duplicates, the duplicate matches and the verdicts. The caller holds the transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, func, insert, or_, select, update

from storage.database.query_batches import split_for_queries
from storage.models import SketchValue, StoredArticle, StoredMatch

# Candidates of one article by each way of finding them: those that share most. The verdict does not depend on the order
# of arrival as long as no story and no template has more articles than this.
MAX_CANDIDATES = 256
# Of those that share less than this part of the values, which are hardly copies, only the first so many are candidates:
# where all articles share a few phrases, there are more of them with every article.
COPY_SHARE, MAX_WEAK = 0.25, 64
# A value that more articles hold is a phrase of a site or of the press and says little, and to look up who holds it
# takes longer with every article. The search for candidates leaves it out while this share of the values remains.
MAX_HOLDERS = 512
MIN_RARE = 0.5

_TABLE = StoredArticle.__table__
_ROW = _TABLE.c
_SKETCH = SketchValue.__table__.c
_MATCH = StoredMatch.__table__.c
# The columns that are compared, and those of a duplicate verdict.
_COMPARED: list[Any] = [
    _ROW.id,
    _ROW.url,
    _ROW.canonical_url,
    _ROW.site,
    _ROW.story_key,
    _ROW.published_at,
    _ROW.fetched_at,
]
_VERDICT: list[Any] = [
    _ROW.duplicate_of,
    _ROW.duplicate_rule,
    _ROW.duplicate_kind,
    _ROW.duplicate_via,
    _ROW.duplicate_likeness,
    _ROW.duplicate_share,
]


# Built once, because building a statement takes as long as running it.
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
    select(_SKETCH.article, func.count().label("shared"))
    .where(_SKETCH.value.in_(bindparam("values", expanding=True)))
    .group_by(_SKETCH.article)
    .having(func.count() >= bindparam("least"))
    .order_by(func.count().desc(), _SKETCH.article)
    .limit(MAX_CANDIDATES + 1)  # the article itself is among them
)
# Values of the article itself that no more than MAX_HOLDERS others have. Counting stops there.
_OWN = SketchValue.__table__.alias("own")
_CROWD = (
    select(_SKETCH.article).where(_SKETCH.value == _OWN.c.value).limit(1).offset(MAX_HOLDERS).correlate(_OWN)
).scalar_subquery()
_RARE = select(_OWN.c.value).where(
    _OWN.c.value.in_(bindparam("values", expanding=True)), _OWN.c.article == bindparam("article"), _CROWD.is_(None)
)
_SAME_HEADLINE = (
    select(_ROW.id)
    .where(_ROW.site == bindparam("site"), _ROW.story_key == bindparam("key"), _ROW.rejected.is_(None))
    .where(_DAY.between(bindparam("first"), bindparam("last")))
    .order_by(_ROW.published_at, _ROW.fetched_at, _ROW.id)  # as in the index; otherwise SQLite uses another index
    .limit(MAX_CANDIDATES)
)
_SAME_CANONICAL = (
    select(_ROW.id)
    .where(_ROW.canonical_url == bindparam("url"), _ROW.rejected.is_(None))
    .order_by(_ROW.id)
    .limit(MAX_CANDIDATES)
)
_MATCHES = select(StoredMatch.__table__).where(or_(_MATCH.one == bindparam("name"), _MATCH.other == bindparam("name")))


def to_index_number(article_id: str) -> int:
    """Return an article id, sixteen hexadecimal digits, as a signed number of eight bytes, its key in the index."""
    return int.from_bytes(bytes.fromhex(article_id), signed=True)


def from_index_number(number: int) -> str:
    """Return the id of the article with this number in the index."""
    return number.to_bytes(8, signed=True).hex()


def load_compared_articles(connection: Connection, names: Collection[str]) -> dict[str, Row[Any]]:
    """Return the compared columns, text and sketch of these articles by id, without rejected pages."""
    columns = [*_COMPARED, _ROW.text, _ROW.sketch]
    question = select(*columns).where(_ROW.rejected.is_(None))
    return {
        row.id: row
        for some in split_for_queries(sorted(names))
        for row in connection.execute(question.where(_ROW.id.in_(some)))
    }


def load_article(connection: Connection, name: str) -> Row[Any]:
    """Return the article to judge: compared columns, text, sketch, headline, rejection and current verdict."""
    (row,) = connection.execute(_STORED, {"name": name})
    return row


def list_unindexed(connection: Connection, most: int, after: str = "") -> list[str]:
    """Return at most `most` ids of articles that are not in the index, in order, beginning behind `after`."""
    question = select(_ROW.id).where(_ROW.sketch.is_(None), _ROW.rejected.is_(None), _ROW.id > after)
    return list(connection.scalars(question.order_by(_ROW.id).limit(most)))


def index_article(
    connection: Connection, name: str, *, key: str, sketch: bytes | None, old: Iterable[int], new: Iterable[int]
) -> None:
    """Index an article under `key` and the values `new` of its sketch, in place of the values `old`.

    A sketch of None, with no values, removes it from the index.
    """
    article, before, after = to_index_number(name), set(old), set(new)
    if gone := before - after:
        connection.execute(
            delete(SketchValue).where(
                _SKETCH.value.in_(bindparam("values", expanding=True)), _SKETCH.article == article
            ),
            {"values": sorted(gone)},
        )
    if added := after - before:
        connection.execute(_INSERT, [{"value": value, "article": article} for value in sorted(added)])
    connection.execute(_INDEXED, {"name": name, "key": key, "data": sketch})


def find_sharing(connection: Connection, values: Collection[int], least: int, *, name: str | None = None) -> set[str]:
    """Return the articles whose sketches share at least `least` of these values.

    If there are more than MAX_CANDIDATES, only those that share most, with the representatives of their stories. If the
    values are those of the indexed article `name`, the values that very many articles hold are left out, and then
    proportionally fewer must be shared: the caller compares the sketches as a whole. An article most of whose values
    are common has many copies; all its values are looked up.
    """
    wanted = sorted(values)
    own = {"values": wanted, "article": to_index_number(name)} if name is not None else None
    rare = wanted if own is None else sorted(connection.scalars(_RARE, own))
    if MIN_RARE * len(wanted) <= len(rare) < len(wanted):
        least = max(1, least * len(rare) // len(wanted))
        wanted = rare
    sharing = connection.execute(_SHARING, {"values": wanted, "least": least}).all()
    found = {
        from_index_number(row.article)
        for rank, row in enumerate(sharing)
        if rank <= MAX_WEAK or row.shared >= COPY_SHARE * len(wanted)  # the article itself is among them
    }
    if len(sharing) > MAX_CANDIDATES:
        for some in split_for_queries(sorted(found)):
            question = select(_ROW.duplicate_of).where(_ROW.id.in_(some), _ROW.duplicate_of.is_not(None))
            found.update(connection.scalars(question))
    return found


def find_same_headline(connection: Connection, site: str, key: str, when: datetime, within: timedelta) -> set[str]:
    """Return articles of a site with this story key, dated `when` +- `within`; at most MAX_CANDIDATES."""
    about = {"site": site, "key": key, "first": when - within, "last": when + within}
    return set(connection.scalars(_SAME_HEADLINE, about))


def find_same_canonical_url(connection: Connection, canonical_url: str) -> set[str]:
    """Return articles that declare this canonical URL, or have it and declare none; at most MAX_CANDIDATES."""
    return set(connection.scalars(_SAME_CANONICAL, {"url": canonical_url}))


def load_matches(connection: Connection, name: str) -> dict[str, Row[Any]]:
    """Return the duplicate matches of an article: id of the other article -> rule, likeness and share."""
    rows = connection.execute(_MATCHES, {"name": name})
    return {row.other if row.one == name else row.one: row for row in rows}


def save_matches(connection: Connection, name: str, matches: Mapping[str, Any]) -> None:
    """Replace all duplicate matches of an article. `matches`: id of the other article -> rule, likeness and share."""
    connection.execute(delete(StoredMatch).where(or_(_MATCH.one == name, _MATCH.other == name)))
    rows = [
        {
            "one": min(name, other),
            "other": max(name, other),
            "rule": match.rule,
            "likeness": match.likeness,
            "share": match.share,
        }
        for other, match in sorted(matches.items())
    ]
    if rows:
        connection.execute(insert(StoredMatch), rows)


def load_members(connection: Connection, names: Collection[str]) -> dict[str, Row[Any]]:
    """Return the ranking columns and verdicts of these articles by id, with rejected pages."""
    columns = [*_COMPARED, func.length(_ROW.text).label("length"), _ROW.rejected, _ROW.run_id, *_VERDICT]
    question = select(*columns)
    return {
        row.id: row
        for some in split_for_queries(sorted(names))
        for row in connection.execute(question.where(_ROW.id.in_(some)))
    }


def save_verdict(
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
    """Store the duplicate verdict of an article; without arguments it is no duplicate."""
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
