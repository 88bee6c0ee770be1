"""How a crawl ended, as an exit code; docs/operating.md says what to do about each."""

from __future__ import annotations

from crawler.tally import Counts

FINISHED = 0
FAILED = 1  # finished, but a site gave no answer or a page could not be stored; or ended by an error that the log tells
WRONG_USE = 2  # a UsageError: nothing was asked of any site
DATABASE_LOST = 4  # it took no writes for longer than STORAGE_PATIENCE; the frontier is as it was
DISK_LOW = 5  # less than DISK_LEAST free; the frontier is as it was
NOTHING_TO_DO = 6  # nothing was asked of any site: all that is due is on hold until later
UNGUARDED = 7  # the address guard is not in force; nothing was asked of any site
INTERRUPTED = 130  # by Ctrl-C, SIGTERM or CLOSESPIDER_TIMEOUT; started again, the crawl goes on where it stopped

# Scrapy's finish_reason, or one of ours; what is not here ended by an error.
_CODES = {
    None: INTERRUPTED,  # killed twice
    "shutdown": INTERRUPTED,
    "closespider_timeout": INTERRUPTED,
    "database_lost": DATABASE_LOST,
    "disk_low": DISK_LOW,
    "nothing_to_do": NOTHING_TO_DO,
    "guard_inactive": UNGUARDED,
}

_UNANSWERED = ("address/failed/", "address/refused/address-", "host/")


def exit_code(reason: str | None, counts: Counts) -> int:
    """The exit code of a crawl that ended for `reason`."""
    if reason != "finished":
        return _CODES.get(reason, FAILED)
    unstored = any("page/failed" in nouns for nouns in counts.values())
    return FAILED if unstored or unreachable(counts) else FINISHED


def unreachable(counts: Counts) -> list[str]:
    """The sites that were asked and gave no answer at all."""
    return [
        site
        for site, nouns in counts.items()
        if not nouns.get("response/received") and any(noun.startswith(_UNANSWERED) for noun in nouns)
    ]
