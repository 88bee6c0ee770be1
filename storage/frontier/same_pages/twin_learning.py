"""Learns from compared pages and from lists which parameters of a site's addresses to ignore, and applies it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from storage.articles.saving import make_article_id
from storage.database.query_batches import split_for_queries
from storage.frontier.addresses import TWIN, AddressKind, AddressState
from storage.frontier.same_pages.twin_evidence import NEEDED, TwinRules, load_rules, record_evidence
from storage.frontier.same_pages.twin_forms import (
    PARAMETER,
    SLUG,
    compute_group,
    compute_remainder,
    count_oddities,
    find_single_difference,
    take_apart,
)
from storage.frontier.settling import refuse
from storage.models import Address, StoredArticle, Twin

_MAX_COMPARED = 200  # pages whose texts are compared before a parameter is ignored
_IN_USE = (AddressState.DONE, AddressState.LEASED, AddressState.PENDING)
_IN_GROUP = (
    select(Address.url)
    .join(Twin, Twin.address_id == Address.id)
    .where(Twin.group_key == bindparam("group"))
    .limit(_MAX_COMPARED)
)
_ALIKE = select(StoredArticle.url, StoredArticle.text).where(
    StoredArticle.site == bindparam("site"), StoredArticle.rejected.is_(None), StoredArticle.url != bindparam("url")
)
_WITH_HEADLINE = _ALIKE.where(StoredArticle.headline_key == bindparam("key")).limit(20)
_WITH_ID = _ALIKE.where(StoredArticle.id.in_(bindparam("ids", expanding=True)))
_WORD = re.compile(r"\w+")
_OTHER_TEXT = 0.5  # share of the words of two texts, below which they are two articles


# The functions that learn return how many addresses were set aside, because they are twins by what was learnt.


def learn_sessions(connection: Connection, site: str, sessions: dict[str, list[str]], now: datetime) -> int:
    """Learn that parameters are sessions: every page of a list had the same drawn value."""
    set_aside = 0
    for difference, urls in sessions.items():
        for url in urls[:NEEDED]:
            if record_evidence(connection, site, difference, compute_remainder(url, difference), is_same=True):
                set_aside += _apply(connection, site, difference, now)
    return set_aside


def learn_from_pair(connection: Connection, site: str, one: str, other: str, *, is_same: bool, now: datetime) -> int:
    """Learn from two addresses whose pages were compared. Says nothing if they differ in more than one thing."""
    difference = find_single_difference(one, other)
    if difference is not None:
        # Every address with other words behind its id counts: they are the site's own way to make addresses.
        remainder = compute_group(one, frozenset()) if difference == SLUG else compute_remainder(one, difference)
        if record_evidence(connection, site, difference, remainder, is_same=is_same):
            return _apply(connection, site, difference, now)
    return 0


def list_group(connection: Connection, group: int) -> list[str]:
    """Return addresses of a group: all of a usual one, at most _MAX_COMPARED."""
    return list(connection.scalars(_IN_GROUP, {"group": group}))


def learn_from_texts(
    connection: Connection,
    site: str,
    url: str,
    text: str,
    headline_key: str,
    members: Sequence[str],
    now: datetime,
) -> int:
    """Learn from the stored pages that have the headline of a page, or whose addresses are in its group (`members`)."""
    ids = [make_article_id(other) for other in members if other != url]
    rows: list[Row[Any]] = []
    if headline_key:
        rows += connection.execute(_WITH_HEADLINE, {"site": site, "url": url, "key": headline_key})
    if ids:
        rows += connection.execute(_WITH_ID, {"site": site, "url": url, "ids": ids[:20]})
    set_aside = 0
    for row in rows:
        if (is_same := _compare_words(text, row.text)) is not None:
            set_aside += learn_from_pair(connection, site, url, row.url, is_same=is_same, now=now)
    return set_aside


def set_aside_returned(connection: Connection, site: str, addresses: Sequence[int], now: datetime) -> int:
    """Set aside those of these addresses that are twins by what was learnt while they were leased."""
    of_address = select(Address.id, Address.url, Address.state).where(
        Address.id.in_(addresses), Address.state == AddressState.PENDING
    )
    rows: list[Row[Any]] = list(connection.execute(of_address))
    return _set_twins_aside(connection, rows, load_rules(connection, site), now) if rows else 0


def _compare_words(one: str, other: str) -> bool | None:
    """Return whether two texts are the same page's; None if that is not certain."""
    if one == other:
        return True
    words, others = set(_WORD.findall(one)), set(_WORD.findall(other))
    return False if len(words & others) < _OTHER_TEXT * len(words | others) else None


def _apply(connection: Connection, site: str, difference: str, now: datetime) -> int:
    """Apply what has just been learnt of a parameter to the addresses that are known."""
    if not difference.startswith((PARAMETER, SLUG)):
        return 0
    rows = _load_addresses(connection, site, difference)
    rules = load_rules(connection, site)
    if difference in rules.ignored and (row := _find_contradiction(connection, rows, difference)) is not None:
        record_evidence(connection, site, difference, compute_remainder(row.url, difference), is_same=False)
        return 0
    _regroup(connection, rows, rules)
    if difference in rules.ignored:
        return _set_twins_aside(connection, rows, rules, now)
    twins = [row.id for row in rows if row.state == AddressState.REFUSED and row.reason == TWIN]
    for batch in split_for_queries(twins):
        values = {"state": AddressState.PENDING, "due_at": now, "reason": None}
        connection.execute(update(Address).where(Address.id.in_(batch)).values(values))
    return 0


def _load_addresses(connection: Connection, site: str, difference: str) -> list[Any]:
    """Return the addresses of articles that may differ from others in this: those with the parameter, or with an id."""
    name = difference.removeprefix(PARAMETER)
    query = select(Address.id, Address.url, Address.state, Address.reason).where(
        Address.site == site, Address.kind == AddressKind.ARTICLE
    )
    if difference == SLUG:
        return [row for row in connection.execute(query) if take_apart(row.url).id_folder is not None]
    rows = connection.execute(query.where(Address.url.icontains(name, autoescape=True)))
    return [row for row in rows if any(key == name for key, _ in take_apart(row.url).parameters)]


def _find_contradiction(connection: Connection, rows: Sequence[Row[Any]], difference: str) -> Row[Any] | None:
    """Return an address whose stored text is another than that of an address without the difference."""
    groups: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        if row.state == AddressState.DONE:
            groups[compute_remainder(row.url, difference)].append(row)
    compared = [row for group in groups.values() if len(group) > 1 for row in group][:_MAX_COMPARED]
    names = {make_article_id(row.url): row for row in compared}
    texts = connection.execute(
        select(StoredArticle.id, StoredArticle.text).where(
            StoredArticle.id.in_(list(names)), StoredArticle.rejected.is_(None)
        )
    )
    first: dict[int, str] = {}
    for name, text in texts:
        row = names[name]
        if _compare_words(first.setdefault(compute_remainder(row.url, difference), text), text) is False:
            return row
    return None


def _regroup(connection: Connection, rows: Sequence[Row[Any]], rules: TwinRules) -> None:
    changes = [{"id_": row.id, "key": compute_group(row.url, rules.ignored)} for row in rows]
    if changes:
        statement = update(Twin).where(Twin.address_id == bindparam("id_")).values(group_key=bindparam("key"))
        connection.execute(statement, changes)


def _set_twins_aside(connection: Connection, rows: Sequence[Row[Any]], rules: TwinRules, now: datetime) -> int:
    """Refuse the addresses that wait although a twin of theirs is fetched, under way or waiting, too."""
    set_aside = 0
    for keys in split_for_queries(sorted({compute_group(row.url, rules.ignored) for row in rows})):
        groups: defaultdict[int, list[Any]] = defaultdict(list)
        for row in connection.execute(
            select(Address.id, Address.url, Address.state, Twin.group_key)
            .join(Twin, Twin.address_id == Address.id)
            .where(Twin.group_key.in_(keys), Address.state.in_(_IN_USE), Address.kind == AddressKind.ARTICLE)
        ):
            groups[row.group_key].append(row)
        twins: list[int] = []
        for group in groups.values():
            group.sort(key=lambda row: (_IN_USE.index(AddressState(row.state)), count_oddities(row.url), row.id))
            kept: list[str] = []
            for row in group:
                if row.state == AddressState.PENDING and any(rules.are_twins(row.url, one) for one in kept):
                    twins.append(row.id)
                else:
                    kept.append(row.url)
        for batch in split_for_queries(twins):
            refuse(connection, batch, reason=TWIN, now=now)
        set_aside += len(twins)
    return set_aside
