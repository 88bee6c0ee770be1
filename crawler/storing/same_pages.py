"""Learns from a stored article which addresses of its site show the same page."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from cleaning.page.canonical import to_canonical_url
from cleaning.records.article import Article
from storage.frontier.addresses import Lease
from storage.frontier.same_pages.twin_evidence import load_rules
from storage.frontier.same_pages.twin_forms import compute_group
from storage.frontier.same_pages.twin_learning import learn_from_pair, learn_from_texts, list_group
from storage.frontier.same_pages.twins import record_groups, record_target
from storage.models import Address


def learn_same_pages(connection: Connection, site: str, article: Article, lease: Lease | None, now: datetime) -> int:
    """Learn from the redirect that led to the article, from its canonical URL, and from equal texts.

    Return how many addresses that wait were set aside as its twins, or as twins of others.

    A page that is no article says nothing: a wall looks the same at every address. Nor does a canonical URL that
    differs in more than one thing: some sites name their front page on every page.
    """
    if article.rejected:
        return 0
    set_aside = 0
    group = compute_group(article.url, load_rules(connection, site).ignored)
    members = list_group(connection, group)
    if article.url not in members:
        record_groups(connection, {article.url: group})
    learns_more = False
    if lease is not None and lease.url != article.url:
        learns_more = True
        set_aside += learn_from_pair(connection, site, lease.url, article.url, is_same=True, now=now)
        target = connection.execute(select(Address.id).where(Address.url == article.url)).scalar_one_or_none()
        if target is not None:
            record_target(connection, site, lease.id, lease.url, target)
    canonical = to_canonical_url(article.canonical_url or "")
    if canonical is not None and canonical != article.url:
        learns_more = True
        set_aside += learn_from_pair(connection, site, article.url, canonical, is_same=True, now=now)
    if learns_more:  # what was learnt may have changed the group
        members = list_group(connection, compute_group(article.url, load_rules(connection, site).ignored))
    return set_aside + learn_from_texts(connection, site, article.url, article.text, article.headline_key, members, now)
