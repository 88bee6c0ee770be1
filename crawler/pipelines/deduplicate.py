"""Says which stored articles are duplicates of which, whenever one comes in; part of the store's transaction."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import Any

from sqlalchemy import Connection, Engine, Row

from cleaning.duplicates import REPEATED_WITHIN, Kinship, Member, Standing, same_story, standing
from cleaning.stories import SHARED, Story, is_worth_comparing, packed, sketch, story_key, unpacked
from storage import stories

_BATCH = 200  # articles of a transaction, of those that were stored before there was an index


@dataclass(frozen=True, slots=True)
class Turn:
    """An article stored before that became a duplicate by a newcomer, or ceased to be one."""

    site: str
    run: int  # that stored it
    is_duplicate: bool


@dataclass(frozen=True, slots=True)
class Deduplicated:
    """How an article stands among those that are stored."""

    is_duplicate: bool = False
    is_known: bool = False  # its own site has the story at another address, be that the duplicate
    turns: list[Turn] = field(default_factory=list)


def deduplicate(connection: Connection, article_id: str) -> Deduplicated:
    """Finds the articles that tell the same story, and judges anew all whose standing depends on this one.

    The outcome is the same in whatever order articles arrive: whether two are kin depends on these two alone, and how
    they stand on all that are kin (`cleaning.duplicates.standing`).
    """
    before = stories.kinships(connection, article_id).keys()
    article = stories.stored(connection, article_id)
    kin = _kin(connection, article)
    if not (before or kin or article.duplicate_of):
        return Deduplicated()  # as nearly always: it depends on nothing, and nothing on it
    stories.keep_kinships(connection, article_id, kin)
    return _Judgement(connection, article_id).follow(before, kin.keys())


def index_missing(engine: Engine) -> int:
    """Takes what an older Broadsheet has stored into the index: so many articles."""
    done, last = 0, ""
    while True:
        with engine.begin() as connection:
            missing = stories.not_indexed(connection, _BATCH, after=last)  # looks at each row of the store once
            for last in missing:
                deduplicate(connection, last)
        done += len(missing)
        if len(missing) < _BATCH:
            return done


def _kin(connection: Connection, article: Row[Any]) -> dict[str, Kinship]:
    """Every article that is the same story, and why; the index is brought up to what the article is now."""
    old = unpacked(article.sketch or b"")
    if article.rejected is not None:
        if article.sketch is not None:
            stories.index(connection, article.id, key="", sketch=None, old=old, new=())
        return {}
    values = sketch(article.text)
    key = story_key(article.title, article.site_name)
    if article.sketch is None or (values, key) != (old, article.story_key):
        stories.index(connection, article.id, key=key, sketch=packed(values), old=old, new=values)
    own = _story(article, key)
    same_page = stories.same_canonical(connection, own.canonical_url)
    found = stories.sharing(connection, values, SHARED) | same_page
    if key:
        found |= stories.same_headline(connection, own.site, key, own.when, REPEATED_WITHIN)
    kin = {}
    for name, row in sorted(stories.compared(connection, found - {article.id}).items()):
        if name in same_page or is_worth_comparing(values, unpacked(row.sketch)):
            kinship = same_story(own, _story(row, row.story_key))
            if kinship is not None:
                kin[name] = kinship
    return kin


class _Judgement:
    """How one article's change changes the standing of others: of its kin, and of theirs as far as it reaches."""

    def __init__(self, connection: Connection, article_id: str) -> None:
        self._connection = connection
        self._name = article_id
        self._rows: dict[str, Row[Any]] = {}
        self._members: dict[str, Member] = {}
        self._standings: dict[str, Standing | None] = {}  # of those that were judged

    def follow(self, before: AbstractSet[str], kin: AbstractSet[str]) -> Deduplicated:
        """Judges the article, those that are or were (`before`) kin to it, and whatever depends on them.

        From the first that may stand for a story on: a standing depends on those of earlier articles only. So of what
        is kin for the first time the earlier ones stay as they are. Of what was kin before nobody knows any more
        whether the article came before it then.
        """
        self._load({self._name, *before, *kin})
        due = [(self._members[name].precedence, name) for name in {self._name, *before, *self._after(self._name, kin)}]
        heapify(due)
        turns = []
        while due:
            _, name = heappop(due)
            if name in self._standings:
                continue
            row, now, near = self._rows[name], *self._judged(name)
            self._standings[name] = now
            if _stands(row) == now:
                continue
            _mark(self._connection, name, now)
            if (now.of if now else None) == row.duplicate_of:
                continue
            if name != self._name and (now is None) != (row.duplicate_of is None):
                turns.append(Turn(row.site, row.run_id, now is not None))
            for other in self._after(name, near - self._standings.keys()):
                heappush(due, (self._members[other].precedence, other))
        return self._outcome(before | kin, turns)

    def _judged(self, name: str) -> tuple[Standing | None, set[str]]:
        """The standing of an article, and its kin."""
        found = stories.kinships(self._connection, name)
        self._load(found.keys())
        kin = {
            self._members[other]: (Kinship(row.rule, row.likeness, row.share), self._repeats(other))
            for other, row in found.items()
        }
        return standing(self._members[name], kin), set(found)

    def _repeats(self, name: str) -> str | None:
        if name in self._standings:
            now = self._standings[name]
            return now.of if now else None
        repeats: str | None = self._rows[name].duplicate_of
        return repeats

    def _after(self, name: str, others: Collection[str]) -> list[str]:
        """Those of the others that come after this one."""
        own = self._members[name].precedence
        return [other for other in others if self._members[other].precedence > own]

    def _load(self, names: Collection[str]) -> None:
        for name, row in stories.members(self._connection, set(names) - self._rows.keys()).items():
            self._rows[name] = row
            self._members[name] = _member(row)

    def _outcome(self, kin: Collection[str], turns: list[Turn]) -> Deduplicated:
        own, site = self._repeats(self._name), self._rows[self._name].site
        story = own or self._name
        mates = [name for name in kin if (self._repeats(name) or name) == story and self._rows[name].site == site]
        return Deduplicated(own is not None, bool(mates), turns)


def _stands(row: Row[Any]) -> Standing | None:
    if row.duplicate_of is None:
        return None
    return Standing(
        row.duplicate_of,
        row.duplicate_rule,
        row.duplicate_kind,
        row.duplicate_likeness,
        row.duplicate_share,
        row.duplicate_via,
    )


def _mark(connection: Connection, name: str, now: Standing | None) -> None:
    if now is None:
        stories.mark(connection, name)
    else:
        stories.mark(
            connection,
            name,
            of=now.of,
            rule=now.rule,
            kind=now.kind,
            via=now.via,
            likeness=now.likeness,
            share=now.share,
        )


def _member(row: Row[Any]) -> Member:
    return Member(row.id, row.url, row.canonical_url, row.site, row.published_at, row.length)


def _story(row: Row[Any], key: str) -> Story:
    return Story(
        id=row.id,
        url=row.url,
        canonical_url=row.canonical_url,
        site=row.site,
        key=key,
        published_at=row.published_at,
        fetched_at=row.fetched_at,
        text=row.text,
    )
