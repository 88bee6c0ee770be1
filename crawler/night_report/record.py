"""The report of a night as a plain record: what the web page, the text and the JSON are made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple


class Compared(NamedTuple):
    """A number of a night beside what is usual: the median of the nights before.

    `usual` is None where too few nights are known. `direction` is 1 or -1 if the number is clearly above or below what
    is usual, else 0.
    """

    value: float | None
    usual: float | None = None
    direction: int = 0


class NightRun(NamedTuple):
    """One run of the night. `outcome` is Scrapy's finish reason; None, as `ended_at`, if the run was killed."""

    id: int
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    exit_code: int | None


class ReportedFinding(NamedTuple):
    """A finding as it stood in this night."""

    site: str
    name: str
    sentence: str
    advice: str
    first_seen: datetime
    last_seen: datetime
    healed_at: datetime | None
    muted_until: date | None


class Findings(NamedTuple):
    """The findings of a night, each in one of these."""

    new: tuple[ReportedFinding, ...] = ()
    persisting: tuple[ReportedFinding, ...] = ()
    healed: tuple[ReportedFinding, ...] = ()
    muted: tuple[ReportedFinding, ...] = ()


class SiteReport(NamedTuple):
    """One site in this night. `trend` has its new articles of each night of the report, the oldest first."""

    site: str
    measures: dict[str, Compared]
    trend: tuple[float | None, ...]
    findings: int  # open ones that are not muted


class RepeatedText(NamedTuple):
    """A block that a site repeats, and that is cut from its articles."""

    site: str
    text: str
    articles: int  # on which it stands


class HeldHost(NamedTuple):
    host: str
    reason: str
    until: datetime


class SiteChanges(NamedTuple):
    """How many articles of a site were looked at again so long after their first fetch, and what had become of them.

    `site` is "" for all sites together.
    """

    site: str
    hours: int
    checked: int
    changed: int
    gone: int


class NewArticle(NamedTuple):
    """An article of this night. `page` is the address of the page that tells how it was cleaned, relative."""

    id: str
    site: str
    url: str
    title: str
    language: str
    characters: int
    published_at: datetime | None
    page: str | None = None


class DiskUse(NamedTuple):
    """What the store takes, in bytes, by part (`scrapy db size`). `archived` is what each night's raw pages take."""

    parts: dict[str, int]
    total: int
    free: int
    disk: int  # size of the disk of the data folder
    archived: tuple[float | None, ...]
    growth: int | None  # bytes a night
    days_left: int | None  # until the disk is full; None if that cannot be told


@dataclass(frozen=True, slots=True)
class NightReport:
    """One night, against the nights before it.

    `nights` are the days of the series, the oldest first, the night itself last; `series` has one number for each of
    them, of all sites together. `measures` are those of all sites together.
    """

    night: date
    written_at: datetime
    is_trial: bool = False  # all runs were narrowed by their arguments: this is the last of them
    warnings: tuple[str, ...] = ()  # sentences that come first: a run that did not end, or that failed
    runs: tuple[NightRun, ...] = ()
    nights: tuple[date, ...] = ()
    findings: Findings = field(default_factory=Findings)
    measures: dict[str, Compared] = field(default_factory=dict)
    series: dict[str, tuple[float | None, ...]] = field(default_factory=dict)
    sites: tuple[SiteReport, ...] = ()
    absent: tuple[tuple[str, date], ...] = ()  # sites of earlier nights that this one did not crawl, with their last
    rejected: dict[str, Compared] = field(default_factory=dict)  # pages by reason
    failed: dict[str, Compared] = field(default_factory=dict)  # addresses by reason
    cut_rules: dict[str, Compared] = field(default_factory=dict)  # share of the characters by rule
    repeated: tuple[RepeatedText, ...] = ()
    languages: dict[str, Compared] = field(default_factory=dict)  # share of the articles
    slow: tuple[tuple[str, Compared], ...] = ()  # seconds a page of the slowest sites
    holds: tuple[HeldHost, ...] = ()
    disk: DiskUse | None = None
    changes: tuple[SiteChanges, ...] = ()
    articles: tuple[NewArticle, ...] = ()
