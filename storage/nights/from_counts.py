"""The numbers of a night that the counts of its run give."""

from __future__ import annotations

from collections.abc import Mapping

from storage.completeness.measure import SiteNight
from storage.nights.account import Account

_SAME_NAME = {
    "updated": "article/updated",
    "seconds": "time/seconds",
    "bytes": "response/bytes",
    "answers": "response/received",
    "lists_read": "discovery/read",
    "dates_now": "discovery/problem/dates-now",
    "walls": "wall/found",
}


def count_site_numbers(site: str, stats: Mapping[str, int], *, is_cut_off: bool) -> dict[str, float]:
    """Return the numbers of a site's night by name; those by reason hold no zeros.

    `is_cut_off` says that the run was stopped. Then a site of which addresses were still due has no whole night:
    its number `cut_off` is 1.
    """
    account = Account.from_stats(stats)
    numbers: dict[str, float] = {
        "found": account.found,
        "fetched": account.fetched,
        "stored": account.articles,
        "unchanged": account.unchanged,
        "duplicates": account.duplicates,
        "rejected": sum(account.rejected.values()),
        "failed": sum(account.failed.values()),
        "waiting": sum(account.waiting.values()),
        "held": sum(account.on_hold.values()),
        "lists_failed": sum(account.lists_failed.values()),
    }
    numbers |= {name: stats.get(stat, 0) for name, stat in _SAME_NAME.items()}
    for area, by_reason in (
        ("rejected", account.rejected),
        ("failed", account.failed),
        ("held", account.on_hold),
        ("lists_failed", account.lists_failed),
    ):
        numbers |= {f"{area}/{reason}": number for reason, number in by_reason.items()}
    if (night := SiteNight.from_counts(site, stats)) is not None:
        numbers["listed"] = night.listed
        numbers |= {f"listed_by/{name}": number for name, number in night.by_source.items()}
        if night.share is not None:
            numbers["completeness"] = round(night.share, 4)
    if is_cut_off and account.waiting.get("due"):
        numbers["cut_off"] = 1
    return numbers
