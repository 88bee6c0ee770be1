"""The progress of settling: sites and pages, as a line of the log or a bar."""

from __future__ import annotations

from crawler.finishing.settling_progress import SettlingProgress


def test_sites_and_pages_are_shown_and_every_outcome_is_counted() -> None:
    shown: list[tuple[int, int, str]] = []
    counted: list[tuple[str, str, int]] = []

    def show(done: int, total: int, note: str = "") -> None:
        shown.append((done, total, note))

    progress = SettlingProgress(show, lambda *outcome: counted.append(outcome))
    for site in progress.follow(["courier", "herald"]):
        progress.count(site, "settle/from-archive", 1)
        progress.count(site, "settle/cleaned", 1)
        progress.count(site, "memory/changed", 1)
    assert shown == [
        (0, 2, "courier, 0 pages cleaned again, 0 from the archive"),
        (0, 2, "courier, 1 page cleaned again, 1 from the archive"),
        (1, 2, "herald, 1 page cleaned again, 1 from the archive"),
        (1, 2, "herald, 2 pages cleaned again, 2 from the archive"),
        (2, 2, "herald, 2 pages cleaned again, 2 from the archive"),
    ]
    assert counted == [
        (site, stat, 1)
        for site in ("courier", "herald")
        for stat in ("settle/from-archive", "settle/cleaned", "memory/changed")
    ]
