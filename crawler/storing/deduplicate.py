"""Finds the duplicates of an article that was stored, and updates the duplicate verdicts that depend on it."""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import Any

from sqlalchemy import Connection, Engine, Row

from cleaning.duplicates.article_sketch import (
    MIN_SHARED,
    ComparedArticle,
    build_story_key,
    is_worth_comparing,
    open_sketch,
    pack_sketch,
    unpack_sketch,
)
from cleaning.duplicates.judge import (
    REPEATED_HEADLINE_WINDOW,
    DuplicateMatch,
    DuplicateVerdict,
    RankedArticle,
    judge_duplicate,
    match_articles,
)
from storage.articles import story_index
from storage.articles.story_lock import lock_stories

_BATCH = 200  # articles per transaction, when older articles are indexed


@dataclass(frozen=True, slots=True)
class StatusChange:
    """An article that became a duplicate, or ceased to be one, because another article was stored."""

    site: str
    url: str
    run: int  # the run that stored the article
    is_duplicate: bool


@dataclass(frozen=True, slots=True)
class DeduplicationResult:
    """The verdict on an article, None if it is no duplicate, and the status changes of other articles."""

    verdict: DuplicateVerdict | None = None
    is_known_to_site: bool = False  # its site has the same story at another address, a duplicate or not
    status_changes: list[StatusChange] = field(default_factory=list)

    @property
    def is_duplicate(self) -> bool:
        return self.verdict is not None


def deduplicate(connection: Connection, article_id: str, sealed: bytes = b"") -> DeduplicationResult:
    """Find the articles that match a stored article, and update every verdict that depends on it.

    The result is the same in whatever order articles are stored: a match depends on its two articles alone, and a
    verdict on all matches of the article (`cleaning.duplicates.judge.judge_duplicate`). Runs within the transaction
    that stores the article. `sealed` is the sketch that cleaning made of its text. Until the transaction ends, no other
    one judges an article (storage/articles/story_lock.py): call it as late in the transaction as may be.
    """
    lock_stories(connection)
    article = story_index.load_article(connection, article_id)
    before, matches = _index_and_match(connection, article, sealed)
    if not (before or matches or article.duplicate_of):
        return DeduplicationResult()  # the usual case: no verdict depends on this article
    story_index.save_matches(connection, article_id, matches)
    return _VerdictUpdate(connection, article_id).run(before, matches.keys())


def keep_sketch(connection: Connection, article_id: str, sealed: bytes = b"") -> None:
    """Store with an article what its duplicates are found by, without the index and without looking for any.

    For stores whose articles are judged together later (crawler/bulk). `sealed` is that of `deduplicate`.
    """
    article = story_index.load_article(connection, article_id)
    if article.rejected is not None:
        key, sketch = "", None
    else:
        key = build_story_key(article.title, article.site_name)
        sketch = pack_sketch(open_sketch(sealed, article.text))
    if (key, sketch) != (article.story_key, article.sketch):
        story_index.index_article(connection, article_id, key=key, sketch=sketch, old=(), new=())


def index_missing_articles(engine: Engine) -> int:
    """Index and judge the articles that an older version stored without an index; return how many."""
    done, last = 0, ""
    while True:
        with engine.begin() as connection:
            lock_stories(connection)
            missing = story_index.list_unindexed(connection, _BATCH, after=last)  # reads each row of the store once
            for last in missing:
                deduplicate(connection, last)
        done += len(missing)
        if len(missing) < _BATCH:
            return done


def build_compared_article(row: Row[Any], key: str) -> ComparedArticle:
    """Return what an article is compared by, from a row of `story_index`; `key` is that of its headline."""
    return ComparedArticle(
        id=row.id,
        url=row.url,
        canonical_url=row.canonical_url,
        site=row.site,
        key=key,
        published_at=row.published_at,
        fetched_at=row.fetched_at,
        text=row.text,
    )


def _index_and_match(
    connection: Connection, article: Row[Any], sealed: bytes
) -> tuple[set[str], dict[str, DuplicateMatch]]:
    """Update the index entries of an article.

    Return the articles that it matched before, and its match with each article that is the same story now, by id.
    """
    old = unpack_sketch(article.sketch or b"")
    if article.rejected is not None:
        if article.sketch is not None:
            story_index.index_article(connection, article.id, key="", sketch=None, old=old, new=())
        return set(story_index.load_matches(connection, article.id)), {}
    values = open_sketch(sealed, article.text)
    key = build_story_key(article.title, article.site_name)
    if article.sketch is None or (values, key) != (old, article.story_key):
        story_index.index_article(connection, article.id, key=key, sketch=pack_sketch(values), old=old, new=values)
    own = build_compared_article(article, key)
    related = story_index.find_related(
        connection,
        article.id,
        canonical_url=own.canonical_url,
        site=own.site,
        key=key,
        when=own.dated_at,
        within=REPEATED_HEADLINE_WINDOW,
    )
    found = story_index.find_sharing(
        connection,
        values,
        MIN_SHARED,
        name=article.id,
        is_alike=lambda sketch: is_worth_comparing(values, unpack_sketch(sketch)),
    )
    found |= related.same_page | related.same_headline
    matches = {}
    for name, row in sorted(story_index.load_compared_articles(connection, found - {article.id}).items()):
        if name in related.same_page or is_worth_comparing(values, unpack_sketch(row.sketch)):
            match = match_articles(own, build_compared_article(row, row.story_key))
            if match is not None:
                matches[name] = match
    return related.matched, matches


class _VerdictUpdate:
    """Updates the verdict on an article, on its matches, and on the articles that depend on these."""

    def __init__(self, connection: Connection, article_id: str) -> None:
        self._connection = connection
        self._article_id = article_id
        self._rows: dict[str, Row[Any]] = {}
        self._ranked: dict[str, RankedArticle] = {}
        self._verdicts: dict[str, DuplicateVerdict | None] = {}  # of the articles judged so far

    def run(self, before: AbstractSet[str], matches: AbstractSet[str]) -> DeduplicationResult:
        """Judge the article, its matches, its former matches (`before`), and whatever depends on their verdicts.

        A verdict depends on the verdicts of earlier articles only, so articles are judged by precedence, and an earlier
        article that matches for the first time keeps its verdict. A former match is always judged again: the article
        may have preceded it then.
        """
        self._load({self._article_id, *before, *matches})
        due = [
            (self._ranked[name].precedence, name)
            for name in {self._article_id, *before, *self._select_later(self._article_id, matches)}
        ]
        heapify(due)
        changes = []
        while due:
            _, name = heappop(due)
            if name in self._verdicts:
                continue
            row, verdict, near = self._rows[name], *self._judge(name)
            self._verdicts[name] = verdict
            if _get_stored_verdict(row) == verdict:
                continue
            _save_verdict(self._connection, name, verdict)
            if (verdict.duplicate_of if verdict else None) == row.duplicate_of:
                continue
            if name != self._article_id and (verdict is None) != (row.duplicate_of is None):
                changes.append(StatusChange(row.site, row.url, row.run_id, verdict is not None))
            for other in self._select_later(name, near - self._verdicts.keys()):
                heappush(due, (self._ranked[other].precedence, other))
        return self._build_result(before | matches, changes)

    def _judge(self, name: str) -> tuple[DuplicateVerdict | None, set[str]]:
        """Return the verdict on an article, and the ids of its matches."""
        found = story_index.load_matches(self._connection, name)
        self._load(found.keys())
        matches = {
            self._ranked[other]: (DuplicateMatch(row.rule, row.likeness, row.share), self._find_representative(other))
            for other, row in found.items()
        }
        return judge_duplicate(self._ranked[name], matches), set(found)

    def _find_representative(self, name: str) -> str | None:
        """Return the id of the article that this one repeats, None if it repeats none."""
        if name in self._verdicts:
            verdict = self._verdicts[name]
            return verdict.duplicate_of if verdict else None
        representative: str | None = self._rows[name].duplicate_of
        return representative

    def _select_later(self, name: str, others: Collection[str]) -> list[str]:
        """Return those of the others that come after this article by precedence."""
        own = self._ranked[name].precedence
        return [other for other in others if self._ranked[other].precedence > own]

    def _load(self, names: Collection[str]) -> None:
        for name, row in story_index.load_members(self._connection, set(names) - self._rows.keys()).items():
            self._rows[name] = row
            self._ranked[name] = _build_ranked_article(row)

    def _build_result(self, matches: Collection[str], changes: list[StatusChange]) -> DeduplicationResult:
        representative, site = self._find_representative(self._article_id), self._rows[self._article_id].site
        story = representative or self._article_id
        on_site = [name for name in matches if self._rows[name].site == site]
        is_known = any((self._find_representative(name) or name) == story for name in on_site)
        own = self._article_id
        verdict = self._verdicts[own] if own in self._verdicts else _get_stored_verdict(self._rows[own])
        return DeduplicationResult(verdict, is_known, changes)


def _get_stored_verdict(row: Row[Any]) -> DuplicateVerdict | None:
    if row.duplicate_of is None:
        return None
    return DuplicateVerdict(
        row.duplicate_of,
        row.duplicate_rule,
        row.duplicate_kind,
        row.duplicate_likeness,
        row.duplicate_share,
        row.duplicate_via,
    )


def _save_verdict(connection: Connection, name: str, verdict: DuplicateVerdict | None) -> None:
    if verdict is None:
        story_index.save_verdict(connection, name)
    else:
        story_index.save_verdict(
            connection,
            name,
            of=verdict.duplicate_of,
            rule=verdict.rule,
            kind=verdict.kind,
            via=verdict.via,
            likeness=verdict.likeness,
            share=verdict.share,
        )


def _build_ranked_article(row: Row[Any]) -> RankedArticle:
    return RankedArticle(row.id, row.url, row.canonical_url, row.site, row.published_at, row.length)
