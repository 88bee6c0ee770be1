"""Finds which feeds, sitemaps and sections of an entry are broken: gone, moved, empty, dead, or something else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from crawler.sites.host_names import split_host_and_port
from crawler.survey.draft_entry import shorten_address
from crawler.survey.list_guesses import find_named_lists
from crawler.survey.trouble import Trouble
from storage.frontier.addresses import AddressKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from crawler.survey.read_list import SeenList
    from crawler.survey.run_survey import SiteSurvey
    from crawler.survey.sites_file_edit import SitesFile

_DEAD_AFTER = timedelta(days=14)  # behind the newest article that the site lists elsewhere
_KINDS = (("feeds", AddressKind.FEED), ("sitemaps", AddressKind.SITEMAP), ("sections", AddressKind.SECTION))


def find_list_troubles(survey: SiteSurvey, file: SitesFile) -> list[Trouble]:
    """Return what is wrong with the lists that the entry names, in its order, each with its line."""
    found: list[Trouble] = []
    taken = {*survey.site.feeds, *survey.site.sitemaps}
    for key, kind in _KINDS:
        for index, url in enumerate(getattr(survey.site, key)):
            trouble = _judge_list(survey, url, kind)
            if trouble is None:
                continue
            successor = trouble.change or _find_successor(survey, kind, taken)
            if successor is not None:
                taken.add(successor)
            found.append(_point_to_line(trouble, survey, file, key, index, successor))
    return found


def _judge_list(survey: SiteSurvey, url: str, kind: AddressKind) -> Trouble | None:
    """Return what is wrong with one list; `change` is the address to which it leads."""
    failure, seen = survey.failures.get(url), survey.documents.lists.get(url)
    what = f"its {kind} {url}"
    if seen is None:
        if failure is None or (survey.front_failure is not None and survey.front_failure.reason == failure.reason):
            return None  # it was not asked for, or the whole host is silent: that is told once
        if failure.reason in ("http-404", "http-410"):
            return Trouble(f"{kind}-gone", f"{what} is gone ({failure.reason})", "")
        return Trouble(f"{kind}-failed", f"{what} cannot be had: {failure.sentence}", "")
    if kind is AddressKind.SECTION:
        if seen.answered_by in (survey.site.url, _get_front_answer(survey)) and url != survey.site.url:
            return Trouble("section-gone", f"{what} leads to the front page", "")
        return None if seen.articles else Trouble("section-empty", f"{what} names no article", "")
    if seen.problem is not None and seen.problem.startswith("empty-"):
        return Trouble(f"{kind}-empty", f"nothing stands in {what}", "")
    if seen.problem is not None or seen.kind in ("", "page"):
        return Trouble(f"{kind}-wrong", f"{what} answers with something else, a page perhaps", "")
    if _is_moved(seen):
        return Trouble(f"{kind}-moved", f"{what} has moved to {seen.answered_by}", "", change=seen.answered_by)
    newest = _find_newest(survey, seen)
    if seen.newest is not None and newest is not None and newest - seen.newest > _DEAD_AFTER:
        told = f"its newest article is of {seen.newest:%Y-%m-%d}, that of the site of {newest:%Y-%m-%d}"
        return Trouble(f"{kind}-dead", f"{what} is dead: {told}", "")
    return None


def _find_successor(survey: SiteSurvey, kind: AddressKind, taken: set[str]) -> str | None:
    """Return a list of this kind that the site names and that works; None for sections, and if there is none."""
    named = find_named_lists(survey)
    usable = (seen for url, seen in survey.documents.lists.items() if url in named and seen.is_usable)
    of_kind = (seen for seen in usable if (seen.kind == "feed") == (kind is AddressKind.FEED))
    fit = [seen for seen in of_kind if seen.url not in taken and kind is not AddressKind.SECTION]
    return max(fit, key=lambda seen: seen.number).answered_by if fit else None


def _point_to_line(
    trouble: Trouble, survey: SiteSurvey, file: SitesFile, key: str, index: int, successor: str | None
) -> Trouble:
    name = survey.site.name
    line = file.find_line(name, key, index)
    if successor is not None:
        change = file.replace_value(name, key, index, shorten_address(successor, survey.site.url))
        advice = "write" if trouble.change is not None else f"the site names {successor} now; write"
        return trouble._replace(advice=advice, line=line, change=change)
    change = file.replace_value(name, key, index, None)
    advice = "if it does not come back, write" if trouble.name.endswith(("-failed", "-empty")) else "without it, write"
    return trouble._replace(advice=advice, line=line, change=change)


def _get_front_answer(survey: SiteSurvey) -> str:
    front = survey.documents.lists.get(survey.site.url)
    return survey.site.url if front is None else front.answered_by


def _is_moved(seen: SeenList) -> bool:
    """Return whether it redirects to more than its own address with https or with "www."."""
    if seen.url == seen.answered_by:
        return False
    hosts = [split_host_and_port(url)[0].removeprefix("www.") for url in (seen.url, seen.answered_by)]
    paths = [url.partition("://")[2].partition("/")[2] for url in (seen.url, seen.answered_by)]
    return hosts[0] != hosts[1] or paths[0] != paths[1]


def _find_newest(survey: SiteSurvey, seen: SeenList) -> datetime | None:
    """Return the newest date that another list of the site, or one of its articles, has."""
    lists: Iterator[datetime | None] = (
        other.newest for other in survey.documents.lists.values() if other is not seen and other.kind != "sitemap"
    )
    dates = [*lists, *(page.published_at for page in survey.articles)]
    return max((date for date in dates if date is not None), default=None)
