"""Merges offers of the same page: twins of an address that is known, or of another one in the same list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.orm import aliased

from storage.articles.saving import make_article_id
from storage.articles.tombstones import REMOVED, find_removed_urls
from storage.database.query_batches import split_for_queries
from storage.frontier.addresses import TWIN, UNCONDITIONAL, AddressKind, AddressState, Offer
from storage.frontier.same_pages.twin_evidence import TwinRules, load_rules
from storage.frontier.same_pages.twin_forms import (
    compute_group,
    count_oddities,
    find_differences,
    find_session_parameters,
)
from storage.frontier.same_pages.twin_learning import learn_sessions
from storage.frontier.settling import refuse
from storage.models import Address, StoredArticle, Twin

_IN_USE = {AddressState.DONE: 0, AddressState.LEASED: 1, AddressState.PENDING: 2}  # the best first
_SAME_SERVER_PAGE = {"scheme", "www", "slash", "index"}  # what is no article here is none there
# Built once, because building a statement takes as long as running it.
_OF_GROUPS = (
    select(Address.id, Address.url, Address.state, Address.reason, Address.tries, Twin.group_key)
    .join(Twin, Twin.address_id == Address.id)
    .where(Twin.group_key.in_(bindparam("groups", expanding=True)), Address.kind == AddressKind.ARTICLE)
)
_TARGET = aliased(Address)
_TARGETS = (
    select(Address.url.label("origin"), _TARGET.id, _TARGET.url, _TARGET.state, _TARGET.reason, _TARGET.tries)
    .join(Twin, Twin.address_id == Address.id)
    .join(_TARGET, _TARGET.id == Twin.target_id)
    .where(Address.url.in_(bindparam("urls", expanding=True)))
)
_REJECTED = select(StoredArticle.id).where(
    StoredArticle.id.in_(bindparam("ids", expanding=True)), StoredArticle.rejected.is_not(None)
)
_WITHOUT_GROUP = (
    select(Address.id, Address.url)
    .outerjoin(Twin, Twin.address_id == Address.id)
    .where(
        Address.url.in_(bindparam("urls", expanding=True)),
        Address.kind == AddressKind.ARTICLE,
        Twin.address_id.is_(None),
    )
)
_INSERT = insert(Twin)


class _Member(NamedTuple):
    """A known address of an article."""

    id: int
    url: str
    state: str
    reason: str | None
    tries: int

    @property
    def is_in_use(self) -> bool:
        """Whether it stands for its page, which is fetched, will be, or was taken down: not where it has failed."""
        return (self.state in _IN_USE and not self.has_failed) or self.reason == REMOVED

    @property
    def has_failed(self) -> bool:
        return self.state == AddressState.PENDING and self.tries > 0


class TwinMerger:
    """Merges the offers of one list. `merged` counts those that were another address's.

    `set_aside` counts the addresses that waited and gave way to a plainer one.
    """

    def __init__(self, connection: Connection, site: str, now: datetime) -> None:
        self._connection = connection
        self._site = site
        self._now = now
        self._rules = TwinRules()
        self._members: defaultdict[int, list[_Member]] = defaultdict(list)  # by group
        self._targets: dict[str, _Member] = {}  # by the address that leads there
        self._rejected: set[str] = set()  # fetched addresses whose page is no article
        self._chosen: defaultdict[int, list[str]] = defaultdict(list)  # new addresses of this list, by group
        self._replaced: dict[str, str] = {}  # new addresses of this list that gave way to plainer ones
        self._groups: dict[str, int] = {}  # of the offered addresses
        self._unrecorded: dict[str, int] = {}  # addresses without a group in the store
        self.merged = 0
        self.set_aside = 0

    def merge(self, offers: Iterable[Offer]) -> list[Offer]:
        """Return the offers, each under the address by which its page is known.

        A page is known by the address that was fetched, else by the one under way, else by the plainest. An address
        that failed stands for no other.
        """
        offers = list(offers)
        urls = [offer.url for offer in offers if _may_be_merged(offer)]
        if not urls:
            return offers
        self._load(urls)
        chosen = [self._choose(offer.url) if _may_be_merged(offer) else offer.url for offer in offers]
        return [self._rename(offer, url) for offer, url in zip(offers, chosen, strict=True)]

    def find_known(self, url: str) -> str | None:
        """Return the known address that stands for the page at `url`, which may be unknown; change nothing."""
        self._load([url])
        members = self._members.get(self._groups[url], [])
        known = [one for one in members if one.url == url or self._stands_for(one, url)]
        best = min(known, key=lambda one: (one.url != url, *self._rank(one)), default=None)
        return None if best is None else best.url

    def record_groups(self) -> None:
        """Store the groups of the addresses that are in the frontier now. Call it after they are inserted."""
        record_groups(self._connection, self._unrecorded)

    def _load(self, urls: Sequence[str]) -> None:
        if sessions := find_session_parameters(urls):
            self.set_aside += learn_sessions(self._connection, self._site, sessions, self._now)
        self._rules = load_rules(self._connection, self._site)
        self._groups = {url: compute_group(url, self._rules.ignored) for url in urls}
        self._unrecorded = dict(self._groups)
        wanted = set(urls)
        for batch in split_for_queries(sorted(set(self._unrecorded.values()))):
            for row in self._connection.execute(_OF_GROUPS, {"groups": batch}):
                self._members[row.group_key].append(_Member(row.id, row.url, row.state, row.reason, row.tries))
                self._unrecorded.pop(row.url, None)
        self._load_targets(urls)
        fetched = {
            make_article_id(member.url): member.url
            for members in self._members.values()
            for member in members
            if member.state == AddressState.DONE and (len(members) > 1 or member.url not in wanted)
        }
        for ids in split_for_queries(list(fetched)):
            self._rejected.update(fetched[name] for name in self._connection.scalars(_REJECTED, {"ids": ids}))

    def _load_targets(self, urls: Sequence[str]) -> None:
        for batch in split_for_queries(urls):
            for row in self._connection.execute(_TARGETS, {"urls": batch}):
                self._targets[row.origin] = _Member(row.id, row.url, row.state, row.reason, row.tries)

    def _choose(self, url: str) -> str:
        """Return the address under which the page at `url` is offered."""
        target = self._targets.get(url)
        if target is not None and target.is_in_use:
            return target.url
        group = self._groups[url]
        members = self._members.get(group, [])
        own = next((member for member in members if member.url == url), None)
        if own is not None and own.state in (AddressState.DONE, AddressState.LEASED):
            return url
        others = [member for member in members if member.url != url and self._rules.are_twins(url, member.url)]
        best = min((member for member in others if self._stands_for(member, url)), key=self._rank, default=None)
        if best is not None:
            if best.state != AddressState.PENDING or count_oddities(url) >= count_oddities(best.url):
                if own is not None and own.state == AddressState.PENDING:
                    self._set_aside(group, own)
                return best.url
            self._set_aside(group, best)
        elif other := next(
            (one for one in self._chosen[group] if one != url and self._rules.are_twins(url, one)), None
        ):
            if count_oddities(url) >= count_oddities(other):
                return other
            self._chosen[group].remove(other)
            self._replaced[other] = url
        self._take(group, url, own, others)
        return url

    def _take(self, group: int, url: str, own: _Member | None, others: Sequence[_Member]) -> None:
        """Let an address stand for its page."""
        for member in others:
            if member.has_failed:  # this one's turn: its host may be the one that works
                self._set_aside(group, member)
        if own is None or not own.has_failed:
            self._chosen[group].append(url)
        if own is not None and own.reason == TWIN:
            self._revive(own)

    @staticmethod
    def _rank(member: _Member) -> tuple[int, int, int]:
        return _IN_USE.get(AddressState(member.state), len(_IN_USE)), count_oddities(member.url), member.id

    def _stands_for(self, member: _Member, url: str) -> bool:
        if not member.is_in_use or not self._rules.are_twins(url, member.url):
            return False
        if member.url not in self._rejected:
            return True
        return (find_differences(url, member.url) or frozenset()) <= _SAME_SERVER_PAGE

    def _set_aside(self, group: int, member: _Member) -> None:
        """Refuse an address that waits, because another one has its page."""
        refuse(self._connection, [member.id], reason=TWIN, now=self._now)
        self.set_aside += 1
        refused = member._replace(state=AddressState.REFUSED, reason=TWIN)
        self._members[group] = [refused if one.id == member.id else one for one in self._members[group]]

    def _revive(self, member: _Member) -> None:
        """Let an address be fetched that was refused for a twin, because no twin stands for it any more."""
        values = {"state": AddressState.PENDING, "due_at": self._now, "reason": None}
        self._connection.execute(update(Address).where(Address.id == member.id).values(values))

    def _rename(self, offer: Offer, url: str) -> Offer:
        while url in self._replaced:
            url = self._replaced[url]
        if url == offer.url:
            return offer
        self.merged += 1
        self._unrecorded.pop(offer.url, None)
        return replace(offer, url=url)


def has_removed_twin(connection: Connection, site: str, url: str) -> bool:
    """Return whether the page at an address was taken down under another address of it."""
    rules = load_rules(connection, site)
    refused = (
        select(Address.url)
        .join(Twin, Twin.address_id == Address.id)
        .where(Twin.group_key == compute_group(url, rules.ignored), Address.reason == REMOVED, Address.url != url)
    )
    twins = [other for other in connection.scalars(refused) if rules.are_twins(url, other)]
    return bool(find_removed_urls(connection, site, twins))


def record_groups(connection: Connection, groups: dict[str, int]) -> None:
    """Store the groups of addresses that have none."""
    for batch in split_for_queries(list(groups)):
        rows = connection.execute(_WITHOUT_GROUP, {"urls": batch}).all()
        if rows:
            connection.execute(_INSERT, [{"address_id": row.id, "group_key": groups[row.url]} for row in rows])


def record_target(connection: Connection, site: str, address: int, url: str, target: int) -> None:
    """Record that the address leads to another one, under which its page is known from now on."""
    if address == target:
        return
    if not connection.execute(update(Twin).where(Twin.address_id == address).values(target_id=target)).rowcount:
        group = compute_group(url, load_rules(connection, site).ignored)
        connection.execute(insert(Twin).values(address_id=address, group_key=group, target_id=target))


def _may_be_merged(offer: Offer) -> bool:
    return offer.kind is AddressKind.ARTICLE and offer.source not in UNCONDITIONAL
