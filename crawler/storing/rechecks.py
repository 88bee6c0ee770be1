"""Decide from a fetched page when its address is worth another look.

A story that is short or very young grows: it is fetched once more after hours, and once more after a day. A page with
too little text may have been published too early; a wall is lifted. An article of which a further part could not be
had is tried again like an address in vain. All of that only while a source lists the address.

That it is looked at again because of its age, listed or not, is decided in recheck_results.py.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from cleaning.page.paragraphs import count_letters
from cleaning.parts.join import MISSING_PARTS
from cleaning.records.article import Article
from cleaning.verdict import SHOWN_INSTEAD
from storage.articles.saving import SaveResult
from storage.frontier.rechecks import NIGHT, Outlook, find_rest

SOON = timedelta(hours=4)
VERY_YOUNG = timedelta(hours=3)  # since publication: most stories grow within hours
YOUNG = timedelta(hours=24)
SHORT = 1_000  # letters of an alphabet; two hundred words
# Rejected pages that may be articles by the next night. They get one more look, not five: videos have no text either.
_UNFINISHED = ("too-short", "no-text", "not-html")


def plan_recheck(article: Article, saved: SaveResult, *, vain: int, fetched_at: datetime) -> Outlook:
    """Return what this page says of the next fetch of its address. `vain` counts the nights in vain before this one."""
    if article.rejected in SHOWN_INSTEAD or saved is SaveResult.KEPT_STORED:
        return Outlook(is_in_vain=True, again_after=find_rest(vain + 1))
    if article.rejected in _UNFINISHED:
        return Outlook(is_in_vain=True, again_after=find_rest(1) if vain == 0 else timedelta(0))
    if article.rejected is not None:
        return Outlook(is_in_vain=vain > 0)
    again_after = _find_second_look(article, saved, fetched_at)
    if MISSING_PARTS in article.limits_hit and not again_after:
        again_after = find_rest(vain + 1)
    if saved is SaveResult.NEW:
        return Outlook(again_after=again_after)
    is_changed = saved is SaveResult.UPDATED
    return Outlook(is_in_vain=not is_changed, is_changed=is_changed, again_after=again_after)


def _find_second_look(article: Article, saved: SaveResult, fetched_at: datetime) -> timedelta:
    """Return after what time an article may have grown; 0 if it is neither young nor short."""
    is_short = count_letters(article.text) < SHORT
    if article.published_at is None:
        return NIGHT if is_short and saved is SaveResult.NEW else timedelta(0)
    # A live blog is as old as its newest entry.
    newest = max((entry.time for entry in article.entries if entry.time is not None), default=article.published_at)
    age = fetched_at - min(max(newest, article.published_at), fetched_at)
    if age > YOUNG or not (is_short or age < VERY_YOUNG):
        return timedelta(0)
    return SOON if age < VERY_YOUNG else NIGHT
