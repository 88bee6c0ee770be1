"""Offer the addresses of a release to the frontier: each of them once, over as many runs as that takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from itertools import groupby, islice
from pathlib import Path

from sqlalchemy import Connection, select

from crawler.refetching.release_reader import ReleasedArticle, ReleaseReader
from crawler.run.session import now
from storage.frontier import offering
from storage.frontier.addresses import RELEASE, AddressKind, AddressState, Offer
from storage.models import Address

BATCH_SIZE = 500  # addresses per transaction and per query
_FETCHED_STATES = (AddressState.DONE, AddressState.GONE, AddressState.FAILED, AddressState.REFUSED)


class Refetch:
    """The fetch of a release into a data folder, continued by later runs until all of its addresses are done.

    A state file beside the report holds the time of the start and the addresses that redirected (`redirects`).
    """

    def __init__(self, release: ReleaseReader, data_dir: Path) -> None:
        self.release = release
        # Named by the release's id, which is its hash, so that no text of a release becomes the name of a file.
        self.report_file = data_dir / f"refetch-{release.id[:16]}.jsonl"
        self._state_file = self.report_file.with_suffix(".begun")
        self.redirects: dict[str, str] = {}
        try:
            first, *lines = self._state_file.read_text("ascii").splitlines()
            self.started_at = datetime.fromisoformat(first)
            self.redirects.update(json.loads(line) for line in lines)
        except (OSError, ValueError):  # missing or incomplete: start now
            self.redirects.clear()
            self.started_at = now()
            self._state_file.write_text(f"{self.started_at.isoformat()}\n", "ascii")

    def record_redirect(self, url: str, target: str) -> None:
        """Record that an address redirects to another."""
        self.redirects[url] = target
        # If the disk is full, storing the page waits for space, but the report of a later run lacks this redirect.
        with suppress(OSError), self._state_file.open("a", encoding="ascii") as file:
            file.write(json.dumps([url, target]) + "\n")

    def finish(self) -> None:
        """Delete the state file, as all addresses are done: the next run starts from the beginning."""
        self._state_file.unlink(missing_ok=True)

    def iter_batches(self) -> Iterator[tuple[str, list[ReleasedArticle]]]:
        """Yield the articles of the release in batches of one site and at most BATCH_SIZE articles."""
        for site, articles in groupby(self.release, key=lambda article: article.site):
            while batch := list(islice(articles, BATCH_SIZE)):
                yield site, batch

    def offer(
        self, connection: Connection, site: str, articles: list[ReleasedArticle], *, run: int
    ) -> offering.OfferCounts:
        """Offer the addresses that have not been fetched since the start."""
        urls = [article.url for article in articles]
        fetched = set(
            connection.scalars(
                select(Address.url).where(
                    Address.url.in_(urls), Address.state.in_(_FETCHED_STATES), Address.ended_at >= self.started_at
                )
            )
        )
        offers = [Offer(url, AddressKind.ARTICLE, source=RELEASE) for url in urls if url not in fetched]
        return offering.offer(connection, site, offers, run=run, now=now())
