"""Which addresses of a release are to be asked for: all of them once, over as many runs as that takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from itertools import groupby, islice
from pathlib import Path

from sqlalchemy import Connection, select

from crawler.refetching.released import Release, Released
from crawler.session import now
from storage import offering
from storage.addresses import RELEASE, AddressKind, AddressState, Offer
from storage.models import Address

BATCH = 500  # addresses in one transaction, and in one question to the database
_ASKED = (AddressState.DONE, AddressState.GONE, AddressState.FAILED, AddressState.REFUSED)


class Refetch:
    """A release that is fetched again into a data folder.

    It is begun once, and goes on where it was when it is started again before all of its addresses have been asked
    for: a file beside the report says since when, and which of them have led to another one (`moved`).
    """

    def __init__(self, release: Release, data_dir: Path) -> None:
        self.release = release
        # Named by the release's id alone, which is its hash: nothing that stands in a release names a file of ours.
        self.report = data_dir / f"refetch-{release.id[:16]}.jsonl"
        self._begun = self.report.with_suffix(".begun")
        self.moved: dict[str, str] = {}
        try:
            first, *lines = self._begun.read_text("ascii").splitlines()
            self.begun_at = datetime.fromisoformat(first)
            self.moved.update(json.loads(line) for line in lines)
        except (OSError, ValueError):  # none, or torn: then it begins now
            self.moved.clear()
            self.begun_at = now()
            self._begun.write_text(f"{self.begun_at.isoformat()}\n", "ascii")

    def move(self, url: str, target: str) -> None:
        """Notes where an address has led."""
        self.moved[url] = target
        # Where the disk is full, the page itself will be waited for; the report of a later run does without this.
        with suppress(OSError), self._begun.open("a", encoding="ascii") as file:
            file.write(json.dumps([url, target]) + "\n")

    def end(self) -> None:
        """All have been asked for: the next time, it begins anew."""
        self._begun.unlink(missing_ok=True)

    def batches(self) -> Iterator[tuple[str, list[Released]]]:
        """The articles of the release, of one site at a time and at most BATCH."""
        for site, articles in groupby(self.release, key=lambda article: article.site):
            while batch := list(islice(articles, BATCH)):
                yield site, batch

    def offer(self, connection: Connection, site: str, articles: list[Released], *, run: int) -> offering.Offered:
        """Offers what has not been asked for since this began."""
        urls = [article.url for article in articles]
        asked = set(
            connection.scalars(
                select(Address.url).where(
                    Address.url.in_(urls), Address.state.in_(_ASKED), Address.due_at >= self.begun_at
                )
            )
        )
        offers = [Offer(url, AddressKind.ARTICLE, source=RELEASE) for url in urls if url not in asked]
        return offering.offer(connection, site, offers, run=run, now=now())
