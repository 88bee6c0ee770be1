"""The index of near-duplicates, the duplicate matches and the verdicts. The caller holds the transaction."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    Row,
    Select,
    TextClause,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    text,
    union_all,
    update,
)

from storage.database.query_batches import split_for_queries
from storage.models import StoredArticle, StoredMatch

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
# The holders of a value that more articles hold are listed only where an article can share enough without any other.
FEW_HOLDERS = 64

# A row of the index is a number: the last 35 bits of a value, then the first 28 of the id of an article that holds it,
# its holder. Other values and articles with the same bits are so rare that they cost a comparison now and then; what is
# compared are the whole sketches and texts. Two copies whose ids begin alike (1 pair in 268 million) have common rows.
HOLDER_BITS, _VALUE_BITS = 28, 35
_LAST_HOLDER, _LAST_VALUE = (1 << HOLDER_BITS) - 1, (1 << _VALUE_BITS) - 1
_DIGITS = HOLDER_BITS // 4  # hexadecimal ones, of an id of sixteen
_OTHER_DIGITS = 16 - _DIGITS

_TABLE = StoredArticle.__table__
_ROW = _TABLE.c
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
_COMPARED_ARTICLES: Select[Any] = select(*_COMPARED, _ROW.text, _ROW.sketch).where(
    _ROW.rejected.is_(None), _ROW.id.in_(bindparam("names", expanding=True))
)
_MEMBERS: Select[Any] = select(
    *_COMPARED, func.length(_ROW.text).label("length"), _ROW.rejected, _ROW.run_id, *_VERDICT
).where(_ROW.id.in_(bindparam("names", expanding=True)))
_INDEXED = (
    update(StoredArticle)
    .where(_ROW.id == bindparam("name"))
    .values(story_key=bindparam("key"), sketch=bindparam("data"))
)
# A list of numbers or texts is one value of a statement, as JSON: with a mark for each, it would be written anew for
# every length.
_WANTED = {
    "sqlite": "json_each(:wanted) AS wanted",
    "postgresql": "jsonb_array_elements_text(CAST(:wanted AS jsonb)) AS wanted (value)",
}
_VALUE = {"sqlite": "wanted.value", "postgresql": "CAST(wanted.value AS bigint)"}
_JOIN = {"sqlite": "group_concat(holder)", "postgresql": "string_agg(CAST(holder AS text), ',')"}


def _write_statement(words: str) -> dict[str, TextClause]:
    """Return a statement for each database."""
    parts = {"holder": f"sketch_key.key & {_LAST_HOLDER}"}
    parts |= {"zeros": "0" * _OTHER_DIGITS, "last": "f" * _OTHER_DIGITS}
    made = {}
    for name, value in _VALUE.items():
        first = f"({value} << {HOLDER_BITS})"
        parts |= {"value": value, "of_value": f"sketch_key.key BETWEEN {first} AND {first} + {_LAST_HOLDER}"}
        made[name] = text(words.format(**parts, wanted=_WANTED[name], join=_JOIN[name]))
    return made


_INSERT_KEYS = _write_statement(
    "INSERT INTO sketch_key (key) SELECT {value} FROM {wanted} WHERE true ON CONFLICT DO NOTHING"
)
_DELETE_KEYS = _write_statement("DELETE FROM sketch_key WHERE key IN (SELECT {value} FROM {wanted})")
_HOLDERS = _write_statement("""
    SELECT {value}, (SELECT count(*) FROM (SELECT 1 FROM sketch_key WHERE {of_value} LIMIT :most) AS counted), (
        SELECT {join}
        FROM (SELECT {holder} AS holder FROM sketch_key WHERE {of_value} ORDER BY key LIMIT :listed) AS found
    ) FROM {wanted}
""")
_PRESENT = _write_statement("SELECT sketch_key.key FROM {wanted} CROSS JOIN sketch_key WHERE sketch_key.key = {value}")
# CROSS JOIN lets SQLite begin with what is wanted.
_SHARING = _write_statement("""
    SELECT {holder} AS holder, count(*) AS shared FROM {wanted} CROSS JOIN sketch_key WHERE {of_value}
    GROUP BY {holder} HAVING count(*) >= :least ORDER BY count(*) DESC, {holder} LIMIT :most
""")
_IDS = _write_statement("""
    SELECT article.id, article.sketch FROM {wanted} CROSS JOIN article
    WHERE article.id BETWEEN wanted.value || '{zeros}' AND wanted.value || '{last}'
""")
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
_WAYS = ("match", "page", "headline")
_FORMER = select(case((_MATCH.one == bindparam("name"), _MATCH.other), else_=_MATCH.one).label("id")).where(
    or_(_MATCH.one == bindparam("name"), _MATCH.other == bindparam("name"))
)
_RELATED = union_all(
    *(
        select(literal_column(f"'{way}'").label("way"), found.subquery(way).c.id)
        for way, found in zip(_WAYS, (_FORMER, _SAME_CANONICAL, _SAME_HEADLINE), strict=True)
    )
)
_MATCHES = select(StoredMatch.__table__).where(or_(_MATCH.one == bindparam("name"), _MATCH.other == bindparam("name")))


class _Held(NamedTuple):
    """A value of a sketch: how many articles hold it, MAX_HOLDERS + 1 at most, and the first FEW_HOLDERS of them."""

    value: int
    holders: int
    joined: str


class RelatedArticles(NamedTuple):
    """The ids of articles that an article may match for another reason than its text."""

    matched: set[str]  # when it was judged last
    same_page: set[str]
    same_headline: set[str]


def make_index_keys(article_id: str, values: Iterable[int]) -> list[int]:
    """Return the rows that the index has for an article with these values in its sketch, ascending."""
    holder = _find_holder(article_id)
    return sorted((value & _LAST_VALUE) << HOLDER_BITS | holder for value in values)


def load_compared_articles(connection: Connection, names: Collection[str]) -> dict[str, Row[Any]]:
    """Return the compared columns, text and sketch of these articles by id, without rejected pages."""
    return {
        row.id: row
        for some in split_for_queries(sorted(names))
        for row in connection.execute(_COMPARED_ARTICLES, {"names": some})
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
    before, after = set(make_index_keys(name, old)), set(make_index_keys(name, new))
    if gone := before - after:
        connection.execute(_DELETE_KEYS[connection.dialect.name], {"wanted": json.dumps(sorted(gone))})
    if added := after - before:
        connection.execute(_INSERT_KEYS[connection.dialect.name], {"wanted": json.dumps(sorted(added))})
    connection.execute(_INDEXED, {"name": name, "key": key, "data": sketch})


def find_sharing(
    connection: Connection,
    values: Collection[int],
    least: int,
    *,
    name: str | None = None,
    is_alike: Callable[[bytes], bool] | None = None,
) -> set[str]:
    """Return the articles whose sketches share at least `least` of these values, and seldom others beside them.

    If there are more than MAX_CANDIDATES, only those that share most, with the representatives of their stories. If the
    values are those of the indexed article `name`, the values that very many articles hold are left out, and then
    proportionally fewer must be shared: the caller compares the sketches as a whole. An article most of whose values
    are common has many copies; all its values are looked up. Articles to whose sketch `is_alike` says no are left
    out, but not those that are found as representatives alone.
    """
    wanted = sorted({value & _LAST_VALUE for value in values})
    number = len(wanted)
    own = None if name is None else _find_holder(name)
    asked = {"wanted": json.dumps(wanted), "most": MAX_HOLDERS + 1, "listed": FEW_HOLDERS}
    rows = connection.execute(_HOLDERS[connection.dialect.name], asked)
    found = [_Held(value, holders, joined) for value, holders, joined in rows if holders]
    rare = [held for held in found if held.holders <= MAX_HOLDERS]
    is_complete = len(rare) == len(found)
    if is_complete or (name is not None and len(rare) >= MIN_RARE * number):
        if not is_complete:
            least, number = max(1, least * len(rare) // number), len(rare)
        counts = _count_shared(connection, rare, least, own)
        sharing = [(holder, shared) for holder, shared in counts.items() if shared >= least]
        sharing = sorted(sharing, key=lambda one: (-one[1], one[0]))[: MAX_CANDIDATES + 1]
    else:
        # The article itself is among them.
        asked = {"wanted": asked["wanted"], "least": least, "most": MAX_CANDIDATES + 1}
        sharing = [(row.holder, row.shared) for row in connection.execute(_SHARING[connection.dialect.name], asked)]
    best = {
        holder
        for rank, (holder, shared) in enumerate(sharing)
        if rank <= MAX_WEAK or shared >= COPY_SHARE * number  # the article itself is among them
    }
    names: set[str] = set()
    unlike: set[str] = set()
    if name is not None and own in best:
        best.remove(own)
        names.add(name)
    if best:
        prefixes = [f"{holder:0{_DIGITS}x}" for holder in sorted(best)]
        for other, sketch in connection.execute(_IDS[connection.dialect.name], {"wanted": json.dumps(prefixes)}):
            names.add(other)
            if is_alike is not None and sketch is not None and not is_alike(sketch):
                unlike.add(other)
    if len(sharing) > MAX_CANDIDATES:
        for some in split_for_queries(sorted(names)):
            question = select(_ROW.duplicate_of).where(_ROW.id.in_(some), _ROW.duplicate_of.is_not(None))
            names.update(connection.scalars(question))
    return names - unlike


def _count_shared(connection: Connection, found: Sequence[_Held], least: int, own: int | None) -> Counter[int]:
    """Count how many of these values each article holds; articles that hold less than `least` may be left out.

    `own` holds all of them.
    """
    many = [held for held in found if held.holders > FEW_HOLDERS]
    few = [held.joined.split(",") for held in found if held.holders <= FEW_HOLDERS]
    if len(many) >= least:
        asked = {"wanted": json.dumps([held.value for held in many]), "most": 0, "listed": MAX_HOLDERS}
        few += [joined.split(",") for _, _, joined in connection.execute(_HOLDERS[connection.dialect.name], asked)]
        many = []
    counts = Counter(map(int, chain.from_iterable(few)))
    # Whoever shares enough has one of the other values, too.
    near = [holder for holder, shared in counts.items() if holder != own and shared + len(many) >= least]
    if own is not None and own in counts:
        counts[own] += len(many)
    if many and near:
        keys = [held.value << HOLDER_BITS | holder for held in many for holder in near]
        present = connection.execute(_PRESENT[connection.dialect.name], {"wanted": json.dumps(keys)}).scalars()
        counts.update(key & _LAST_HOLDER for key in present)
    return counts


def find_related(
    connection: Connection, name: str, *, canonical_url: str, site: str, key: str, when: datetime, within: timedelta
) -> RelatedArticles:
    """Return the articles that match an article as it was judged last, and those that may match it by other than text.

    `same_page` declare this canonical URL, or have it and declare none. `same_headline` are of the site, with this
    story key, dated `when` +- `within`; none if the key is empty. Both have at most MAX_CANDIDATES.
    """
    about = {"name": name, "url": canonical_url, "site": site if key else "", "key": key}
    found: dict[str, set[str]] = {way: set() for way in _WAYS}
    for way, other in connection.execute(_RELATED, about | {"first": when - within, "last": when + within}):
        found[way].add(other)
    return RelatedArticles(*found.values())


def _find_holder(article_id: str) -> int:
    return int(article_id[:_DIGITS], 16)


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
    return {
        row.id: row
        for some in split_for_queries(sorted(names))
        for row in connection.execute(_MEMBERS, {"names": some})
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
