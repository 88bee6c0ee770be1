"""How a crawl ended, as an exit code."""

from __future__ import annotations

from crawler.tally import Counts

FINISHED = 0
FAILED = 1  # a site gave no answer at all, or the crawl ended by an error
WRONG_USE = 2  # a UsageError: nothing was asked of any site
INTERRUPTED = 130  # by Ctrl-C or SIGTERM; started again, the crawl goes on where it stopped


def exit_code(reason: str | None, counts: Counts) -> int:
    """The exit code of a crawl that ended for `reason` (Scrapy's finish_reason; none where it was killed twice)."""
    if reason in (None, "shutdown"):
        return INTERRUPTED
    unstored = any("page/failed" in nouns for nouns in counts.values())
    if reason != "finished" or unstored or unreachable(counts):
        return FAILED
    return FINISHED


def unreachable(counts: Counts) -> list[str]:
    """The sites that were asked and gave no answer at all."""
    return [
        site
        for site, nouns in counts.items()
        if not nouns.get("response/received") and any(noun.startswith("address/failed/") for noun in nouns)
    ]
