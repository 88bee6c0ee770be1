"""Says which stored articles are duplicates of which, whenever one comes in; part of the store's transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row

from cleaning.duplicates import Story, same_story, standings
from storage import articles


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
    """Marks the article and its look-alikes.

    The outcome is the same in whatever order articles arrive: a newcomer is compared with all that share its canonical
    URL or headline key, and the clusters that it touches are judged anew as one.
    """
    candidates = {row.id: row for row in articles.look_alikes(connection, article_id)}
    stories = {name: _story(row) for name, row in candidates.items()}  # each text is broken into shingles once
    newcomer = candidates.get(article_id)
    if newcomer is None:  # rejected: whatever stood in its cluster is judged without it
        articles.mark(connection, article_id)
        touched = set(candidates)
    else:
        touched = {article_id} | {
            row.id
            for row in candidates.values()
            if row.id != article_id
            and (_head(row) == _head(newcomer) or same_story(stories[article_id], stories[row.id]))
        }
    if touched <= {article_id}:
        return Deduplicated()
    mates = articles.cluster_mates(connection, touched)
    verdicts = standings(stories.get(row.id) or _story(row) for row in mates)
    for row in mates:
        standing = verdicts[row.id]
        if standing is None:
            articles.mark(connection, row.id)
        else:
            articles.mark(connection, row.id, of=standing.of, rule=standing.rule, share=standing.share)
    turns = [
        Turn(row.site, row.run_id, is_duplicate)
        for row in mates
        if row.id != article_id and (is_duplicate := verdicts[row.id] is not None) != (row.duplicate_of is not None)
    ]
    sites = {row.id: row.site for row in mates}
    own = sites.pop(article_id, None)
    return Deduplicated(verdicts.get(article_id) is not None, own in sites.values(), turns)


def _head(row: Row[Any]) -> str:
    return str(row.duplicate_of or row.id)


def _story(row: Row[Any]) -> Story:
    return Story(
        id=row.id,
        url=row.url,
        canonical_url=row.canonical_url,
        site=row.site,
        headline_key=row.headline_key,
        published_at=row.published_at,
        fetched_at=row.fetched_at,
        text=row.text,
    )
