"""Run a crawl in this process, to its end: what `scrapy crawl` and `scrapy nightly` share."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

from crawler.run.exit_codes import FAILED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from scrapy.crawler import Crawler, CrawlerProcessBase
    from scrapy.settings import Settings

MAX_NEW_OBJECTS = 10_000  # then garbage is collected; Python's own number is 700


def prepare_crawl(settings: Settings, *, has_live_view: bool = True) -> None:
    """Prepare this process for a crawl, before what the crawl needs is loaded.

    Several crawls at once have no live view: they would redraw each other's.
    """
    # To look for garbage as often as Python does takes a thirteenth of a short crawl, and finds little: most of
    # what a crawl makes ends by itself.
    gc.set_threshold(MAX_NEW_OBJECTS)
    # Scrapy's module of TLS asks Python which module each caller is of, among all that are loaded, and reads their
    # sources: before ours are loaded, that takes a tenth of the time.
    import scrapy.core.downloader.contextfactory  # noqa: F401 (loaded now)

    from crawler.terminal.console import log_beside_live_view, show_no_live_view

    if has_live_view:
        log_beside_live_view(settings)
    else:
        show_no_live_view()


def run_crawler(
    process: CrawlerProcessBase,
    crawler: Crawler,
    arguments: Mapping[str, Any],
    on_run: Callable[[int], None] = lambda _: None,
) -> None:
    """Crawl, and return when the work after the last page is done (crawler/finishing).

    `on_run` gets the id of the run before anything is asked. `process.bootstrap_failed` tells whether a component could
    not be made.
    """
    from crawler.run.session import session_of

    if (claim_sites := getattr(crawler.spidercls, "claim_sites", None)) is not None:
        claim_sites(crawler, dict(arguments))
    session = session_of(crawler)
    try:
        on_run(session.run)
        # What is loaded by now lives as long as this process: no collection of garbage looks through it again.
        gc.freeze()
        process.crawl(crawler, **arguments)
        process.start()
    finally:
        if not session.has_ended_run:  # a component could not be made, and the engine never started
            session.end_run(FAILED if process.bootstrap_failed else None)
        session.close()
