"""Marks the articles as gone that are missing in a second night, at the end of a run.

Before its end it is not known whether a site has deleted some articles, or has failed as a whole. A killed run marks
nothing: the next run within the night marks what it found, and else its addresses are looked at once more.
"""

from __future__ import annotations

from collections import Counter

from crawler.run.session import Session, now
from crawler.storing.recheck_results import complete_recheck
from storage.articles.saving import make_article_id
from storage.frontier.missing import load_missing, mark_gone
from storage.frontier.rechecks import RecheckPlan


def mark_missing_articles(session: Session, plan: RecheckPlan) -> None:
    """Mark what is gone of the sites of the run, and count it. Blocking: after the crawl."""
    for site, number in session.retry_storage(lambda: _mark(session, plan)).items():
        session.counts.add(site, "recheck/gone", number)


def _mark(session: Session, plan: RecheckPlan) -> Counter[str]:
    marked = Counter[str]()
    with session.engine.begin() as connection:
        for lease, missed_at in load_missing(connection, session.own_counts(), now=now()):
            if mark_gone(connection, lease, plan=plan, now=missed_at):
                marked[lease.site] += 1
                name = make_article_id(lease.url)
                complete_recheck(connection, plan, lease, name, run=session.run, now=missed_at, is_gone=True)
    return marked
