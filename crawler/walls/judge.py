"""Judge whether a fetched page is what the site shows instead of the article, and reject what is stored of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from cleaning.duplicates.article_sketch import MIN_SHARED, build_story_key, open_sketch
from cleaning.page.headline_key import normalize_headline
from cleaning.records.article import Article
from cleaning.verdict import NOT_FOUND, SHOWN_INSTEAD, WALL
from crawler.storing.deduplicate import StatusChange, deduplicate
from crawler.walls.find_walls import Suspicion
from crawler.walls.shown_page import ShownPage, is_notice, is_same_text, select_blocks, select_wall, states_date
from storage.articles import story_index
from storage.articles.saving import load_stored_page, make_article_id
from storage.articles.shown_instead import reject_stored_page
from storage.frontier import settling
from storage.frontier.addresses import AddressState
from storage.frontier.announcements import load_reasons, load_settled_lease, load_source_headlines
from storage.frontier.rechecks import NO_RECHECK, Outlook, find_rest


@dataclass(frozen=True, slots=True)
class FormerVerdict:
    """The verdict on a page that was stored before it was known to be a wall."""

    site: str
    url: str
    run: int
    rejected: str | None
    is_duplicate: bool


@dataclass(frozen=True, slots=True)
class WallVerdict:
    """What was decided of a page: the article with its rejection, and the earlier pages that were rejected with it."""

    article: Article
    is_wall: bool = False
    former: list[FormerVerdict] = field(default_factory=list)
    status_changes: list[StatusChange] = field(default_factory=list)
    stored: Row[Any] | None = None  # the page that is stored at the address of the article, if that was looked up
    has_looked_up: bool = False


def judge_page(
    connection: Connection, article: Article, page: ShownPage, suspicion: Suspicion | None, now: datetime
) -> WallVerdict:
    """Return the verdict on a page. Reject the earlier pages of a wall, and settle their addresses once more.

    Runs within the transaction that stores the article, and before it is stored.
    """
    shown = suspicion.pages if suspicion else (page,)
    headlines: dict[int, str] = {}
    told: dict[int, str] = {}
    if suspicion or page.may_be_notice:  # one page alone is no wall
        headlines, told = load_source_headlines(connection, [one.lease.id for one in shown])
    wall = select_wall(shown, headlines)
    if page in wall or (suspicion is not None and suspicion.is_known_wall(headlines.get(page.lease.id))):
        verdict = WallVerdict(replace(article, rejected=WALL), is_wall=True)
        earlier = {other.lease.id: other for other in (*_load_left_over(connection, article, page), *wall)}
        for number, reason in load_reasons(connection, earlier.keys() - {page.lease.id}).items():
            if reason != WALL:  # else it is settled as one already
                _reject_earlier(connection, earlier[number], verdict, now)
        return verdict
    if article.rejected in SHOWN_INSTEAD:
        return WallVerdict(article)
    stored = load_stored_page(connection, make_article_id(article.url))
    if _replaces_other_page(stored, article):
        article = replace(article, rejected=WALL)
    elif article.rejected is None and page.lease.id in told and is_notice(page, article.text, told[page.lease.id]):
        article = replace(article, rejected=NOT_FOUND)
    return WallVerdict(article, stored=stored, has_looked_up=True)


def _load_left_over(connection: Connection, article: Article, page: ShownPage) -> list[ShownPage]:
    """Return the articles of the site that are this wall, too, but were stored by runs that did not recognise it.

    Such a run was killed, or had few new articles.
    """
    found = []
    names = story_index.find_sharing(connection, open_sketch(article.sketch, article.text), MIN_SHARED)
    for row in story_index.load_compared_articles(connection, names).values():
        lease = load_settled_lease(connection, row.url) if row.site == page.lease.site else None
        if lease is None or not is_same_text(select_blocks(row.text.split("\n")), page.blocks):
            continue
        other = replace(page, lease=lease, url=row.url, fetched_at=row.fetched_at, title=row.story_key)
        if row.story_key != build_story_key(article.title, article.site_name) or not other.is_as_announced(None):
            found.append(other)
    return found


def _reject_earlier(connection: Connection, page: ShownPage, verdict: WallVerdict, now: datetime) -> None:
    name = make_article_id(page.url)
    stored = load_stored_page(connection, name)
    if stored is not None and stored.fetched_at == page.fetched_at and stored.rejected != WALL:
        reject_stored_page(connection, name, WALL)
        is_duplicate = stored.duplicate_of is not None
        verdict.former.append(FormerVerdict(page.lease.site, page.url, stored.run_id, stored.rejected, is_duplicate))
        verdict.status_changes.extend(deduplicate(connection, name).status_changes)
    outlook = Outlook(is_in_vain=True, again_after=find_rest(page.lease.vain + 1), recheck=NO_RECHECK)
    settling.settle(
        connection, page.lease.id, AddressState.DONE, status=page.status, reason=WALL, outlook=outlook, now=now
    )


def _replaces_other_page(stored: Row[Any] | None, article: Article) -> bool:
    """Return whether the page has nothing of the article that is stored at its address, and not even a date.

    So a wall does not replace the first articles that are fetched again behind it.
    """
    if stored is None or stored.rejected is not None or stored.published_at is None or states_date(article):
        return False
    if article.published_at == stored.published_at or normalize_headline(stored.title) == normalize_headline(
        article.title
    ):
        return False
    before = select_blocks(stored.text.split("\n"))
    return before.keys().isdisjoint(select_blocks(article.text.split("\n")))
