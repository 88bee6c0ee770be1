"""The exit code of a crawl; docs/reference.md says what to do about each."""

from __future__ import annotations

from collections.abc import Collection

from crawler.run.counts import Counts
from crawler.run.notices import has_failure_notice
from crawler.run.time_budget import OVER

FINISHED = 0
# Finished, but a site gave no answer or no address, has moved, or a page or feed could not be written. Or an error.
FAILED = 1
WRONG_USE = 2  # a UsageError; no request was sent to any site
DATABASE_LOST = 4  # it took no writes for longer than STORAGE_PATIENCE; the frontier is as it was
DISK_LOW = 5  # less than DISK_LEAST free; the frontier is as it was
NOTHING_TO_DO = 6  # every due address is on a host on hold; no request was sent to any site
UNGUARDED = 7  # the address guard is not in force; no request was sent to any site
INTERRUPTED = 130  # by Ctrl-C, SIGTERM or a limit of CLOSESPIDER_*; the next crawl continues from there

FINISHED_BY = ("finished", OVER)  # the finish_reasons of a crawl that ended as it was meant to
# An interrupted crawl leaves the work after it to the next run. CLOSESPIDER_ settings end one as it was meant to end.
ENDED_BY = (*FINISHED_BY, "closespider_timeout", "closespider_itemcount", "closespider_pagecount")

# By finish_reason, Scrapy's or ours. A reason that is missing here is an error.
_CODES = {
    None: INTERRUPTED,  # killed twice
    "shutdown": INTERRUPTED,
    "closespider_timeout": INTERRUPTED,
    "closespider_itemcount": INTERRUPTED,
    "closespider_pagecount": INTERRUPTED,
    "database_lost": DATABASE_LOST,
    "disk_low": DISK_LOW,
    "nothing_to_do": NOTHING_TO_DO,
    "guard_inactive": UNGUARDED,
    "bad_site_name": WRONG_USE,
}

_NO_ANSWER = ("address/failed/", "address/refused/address-", "request/failed/", "host/")  # beginnings of stat names


def get_exit_code(reason: str | None, counts: Counts, excused: Collection[str] = ()) -> int:
    """Return the exit code of a crawl that ended with this finish_reason.

    `excused` are sites of which it was told in an earlier night that they give nothing.
    """
    if reason not in FINISHED_BY:
        return _CODES.get(reason, FAILED)
    has_unstored_page = any("page/failed" in stats or "spider/failed" in stats for stats in counts.values())
    others = {site: stats for site, stats in counts.items() if site not in excused}
    is_failed = has_unstored_page or find_unreachable_sites(others) or has_failure_notice(others)
    return FAILED if is_failed else FINISHED


def find_unreachable_sites(counts: Counts) -> list[str]:
    """Return the sites that the crawl asked and that gave no answer at all."""
    return [
        site
        for site, stats in counts.items()
        if not stats.get("response/received") and any(stat.startswith(_NO_ANSWER) for stat in stats)
    ]
