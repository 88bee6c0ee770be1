"""Judge whether a fetched page is what the site shows instead of the article, and reject what is stored of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from cleaning.article import Article
from cleaning.page.headline_key import normalize_headline
from cleaning.verdict import NOT_FOUND, SHOWN_INSTEAD, WALL
from crawler.storing.deduplicate import StatusChange, deduplicate
from crawler.walls.find_walls import Suspicion
from crawler.walls.shown_page import ShownPage, is_wall, select_blocks, states_date
from storage.articles.saving import make_article_id
from storage.articles.shown_instead import load_stored_page, reject_stored_page
from storage.frontier import leasing
from storage.frontier.addresses import AddressState
from storage.frontier.link_headlines import load_source_headlines
from storage.frontier.rechecks import Outlook, find_rest

MAX_NOTICE_LETTERS = 700  # of a page that only says that the article is not there


@dataclass(frozen=True, slots=True)
class FormerVerdict:
    """The verdict on a page that was stored before it was known to be a wall."""

    site: str
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


def judge_page(
    connection: Connection, article: Article, page: ShownPage, suspicion: Suspicion | None, now: datetime
) -> WallVerdict:
    """Return the verdict on a page. Reject the earlier pages of a wall, and settle their addresses once more.

    Runs within the transaction that stores the article, and before it is stored.
    """
    headlines = load_source_headlines(
        connection, [one.lease.id for one in suspicion.pages] if suspicion else [page.lease.id]
    )
    if suspicion is not None and (suspicion.is_known or is_wall(suspicion.pages, headlines)):
        verdict = WallVerdict(replace(article, rejected=WALL), is_wall=True)
        for other in suspicion.others:
            _reject_earlier(connection, other, verdict, now)
        return verdict
    if article.rejected in SHOWN_INSTEAD:
        return WallVerdict(article)
    if _replaces_other_page(connection, article):
        return WallVerdict(replace(article, rejected=WALL))
    if article.rejected is None and _is_notice(page, headlines):
        return WallVerdict(replace(article, rejected=NOT_FOUND))
    return WallVerdict(article)


def _reject_earlier(connection: Connection, page: ShownPage, verdict: WallVerdict, now: datetime) -> None:
    name = make_article_id(page.url)
    stored = load_stored_page(connection, name)
    if stored is not None and stored.fetched_at == page.fetched_at and stored.rejected != WALL:
        reject_stored_page(connection, name, WALL)
        is_duplicate = stored.duplicate_of is not None
        verdict.former.append(FormerVerdict(page.lease.site, stored.run_id, stored.rejected, is_duplicate))
        verdict.status_changes.extend(deduplicate(connection, name).status_changes)
    outlook = Outlook(is_in_vain=True, again_after=find_rest(page.lease.vain + 1))
    leasing.settle(
        connection, page.lease.id, AddressState.DONE, status=page.status, reason=WALL, outlook=outlook, now=now
    )


def _replaces_other_page(connection: Connection, article: Article) -> bool:
    """Return whether the page has nothing of the article that is stored at its address, and not even a date.

    So a wall does not replace the first articles that are fetched again behind it.
    """
    stored = load_stored_page(connection, make_article_id(article.url))
    if stored is None or stored.rejected is not None or stored.published_at is None or states_date(article):
        return False
    if article.published_at == stored.published_at or normalize_headline(stored.title) == normalize_headline(
        article.title
    ):
        return False
    before = select_blocks(stored.text.split("\n"))
    return before.keys().isdisjoint(select_blocks(article.text.split("\n")))


def _is_notice(page: ShownPage, headlines: Mapping[int, str]) -> bool:
    return page.letters <= MAX_NOTICE_LETTERS and not page.is_dated and page.is_unlike(headlines.get(page.lease.id))
