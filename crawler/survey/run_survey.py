"""Runs a survey: a small crawl of the sites into a store that is thrown away, with all the manners of a real one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings
from sqlalchemy import select

from cleaning.errors import BroadsheetError
from crawler.run.notices import Notice, notices_of
from crawler.run.session import session_of
from crawler.run.starts import start_of
from crawler.run.time_budget import OVER, parse_moment
from crawler.sites.owners import SiteOwners
from crawler.sites.site import Site
from crawler.survey.documents_seen import DocumentWatch, SiteDocuments
from crawler.survey.sample import SampledPage, load_sample
from crawler.survey.survey_spider import SeenFailure, SurveySpider, SurveyTask
from storage.database.engine import make_database_url, open_database, open_for_reading
from storage.frontier.addresses import AddressState
from storage.frontier.hosts import Hold, put_on_hold
from storage.models import Address

_MAX_LISTS = 60  # of a site: its newest sitemaps tell enough
# The store of a survey is its own, and nobody is told of it.
_SETTINGS: dict[str, Any] = {
    "DATABASE_URL": "",
    "ARCHIVE_URI": "",
    "STORE_ENABLED": True,
    "FEEDS": {},
    "METRICS_FILE": "",
    "LISTS_PER_SITE": _MAX_LISTS,
    "SITE_READINGS_MAXSIZE": 0,
}
# Whatever a site does: an answer that never ends, or redirects in a circle with a pause before each.
_TIME = timedelta(minutes=4)
_TIME_A_SITE = timedelta(seconds=5)
_PROBLEMS = {
    "disk_low": "the disk of the folder for temporary files is full (DISK_LEAST); make space, or set TMPDIR",
    "guard_inactive": "the address guard is not in force, so no site was asked; -L INFO shows which setting is wrong",
}


@dataclass(frozen=True, slots=True)
class SiteSurvey:
    """What a survey found of one site."""

    site: Site  # as it was surveyed
    documents: SiteDocuments
    failures: dict[str, SeenFailure]  # by address
    sample: tuple[SampledPage, ...]
    notices: tuple[Notice, ...]  # as a crawl would tell them
    is_whole: bool = True  # whether the survey ended before it was interrupted or its time was over

    @property
    def front_failure(self) -> SeenFailure | None:
        """Why there is no front page; None if there is one."""
        return None if self.site.url in self.documents.lists else self.failures.get(self.site.url)

    @property
    def articles(self) -> tuple[SampledPage, ...]:
        return tuple(page for page in self.sample if page.is_article)


class SurveyInterrupted(KeyboardInterrupt):
    """Somebody ended the survey. `whole` are the sites of which all was found before, by name."""

    def __init__(self, whole: dict[str, SiteSurvey]) -> None:
        super().__init__()
        self.whole = whole


def run_survey(settings: Settings, task: SurveyTask, holds: Iterable[Hold] = ()) -> dict[str, SiteSurvey]:
    """Look at the sites of the task, and return what was found of each, by its name.

    `holds` are hosts of which nothing may be asked now. May be called once in a process, as Twisted's reactor starts
    once. It ends after _TIME and a little more for each site, with what was found by then. Raise SurveyInterrupted if
    it was interrupted, and BroadsheetError if it could not run.
    """
    with (
        TemporaryDirectory(prefix="broadsheet-survey-") as folder,
        _open_temporary_store(settings, folder, _choose_end(settings, len(task.sites))) as own,
    ):
        engine = open_database(make_database_url(Path(folder), ""))
        try:
            with engine.begin() as connection:
                for hold in holds:
                    put_on_hold(connection, hold)
        finally:
            engine.dispose()
        process = AsyncCrawlerProcess(own)
        crawler = process.create_crawler(SurveySpider)
        session = session_of(crawler)
        watch = DocumentWatch(crawler, {site.name: site for site in task.sites}, SiteOwners(task.all_sites))
        try:
            process.crawl(crawler, task=task)
            process.start()
        finally:
            session.close()
            documents = watch.collect()
        if (error := start_of(crawler).error) is not None:
            raise error
        spider = crawler.spider
        if process.bootstrap_failed or not isinstance(spider, SurveySpider):
            raise BroadsheetError("the survey could not start; -L INFO shows why")
        reason = crawler.stats.get_value("finish_reason")
        is_interrupted = reason in (None, "shutdown")
        if not is_interrupted:
            _check_end(reason)
        notices = notices_of(crawler).list_all()
        found = {
            site.name: SiteSurvey(
                site,
                documents[site.name],
                dict(spider.failures[site.name]),
                sample,
                tuple(notice for notice in notices if notice.site == site.name),
            )
            for site, sample in _load_samples(Path(folder), task, spider)
        }
        whole = _list_whole(Path(folder), task, found)
        if is_interrupted:
            raise SurveyInterrupted({name: found[name] for name in whole})
        return {name: replace(survey, is_whole=name in whole or reason != OVER) for name, survey in found.items()}


def _choose_end(settings: Settings, sites: int) -> datetime:
    """Return when a survey of so many sites ends: earlier if CRAWL_ENDS_AT says so."""
    latest = datetime.now(UTC) + _TIME + sites * _TIME_A_SITE
    return min(latest, parse_moment(settings.get("CRAWL_ENDS_AT")) or latest)


@contextmanager
def _open_temporary_store(settings: Settings, folder: str, ends_at: datetime) -> Iterator[Settings]:
    """Yield a copy of the settings whose store is in `folder`, and whose crawl ends at a moment."""
    own = settings.copy()
    for name, value in {**_SETTINGS, "DATA_DIR": folder, "CRAWL_ENDS_AT": ends_at.isoformat()}.items():
        own.set(name, value, priority="cmdline")
    yield own


def _check_end(reason: str) -> None:
    if reason not in ("finished", "nothing_to_do", OVER):
        raise BroadsheetError(_PROBLEMS.get(reason, f"the survey ended early ({reason}); -L INFO shows why"))


def _list_whole(folder: Path, task: SurveyTask, found: dict[str, SiteSurvey]) -> list[str]:
    """Return the sites that have all their pages, or nothing left to be asked for: a survey may have ended early."""
    engine = open_database(make_database_url(folder, ""), create=False)
    try:
        with open_for_reading(engine) as connection:
            open_states = (AddressState.PENDING, AddressState.LEASED)
            unfinished = set(connection.scalars(select(Address.site).where(Address.state.in_(open_states)).distinct()))
    finally:
        engine.dispose()
    return [
        name
        for name, survey in found.items()
        if len(survey.sample) >= task.pages
        or ((survey.documents.lists or survey.front_failure) and name not in unfinished)
    ]


def _load_samples(
    folder: Path, task: SurveyTask, spider: SurveySpider
) -> Iterator[tuple[Site, tuple[SampledPage, ...]]]:
    engine = open_database(make_database_url(folder, ""), create=False)
    try:
        with open_for_reading(engine) as connection:
            for site in task.sites:
                yield site, load_sample(connection, site.name, spider.failures[site.name].values())
    finally:
        engine.dispose()
