"""Loads the pages of a survey: which of them are articles, with their texts and cuts, and why the others are none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from storage.frontier.addresses import AddressKind
from storage.models import StoredArticle
from storage.models.packed_blocks import unpack_blocks

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from crawler.survey.survey_spider import SeenFailure

_BEGINNING = 200  # characters of a text
_MAX_CUT = 100  # characters of what was cut


@dataclass(frozen=True, slots=True)
class SampledPage:
    """A page that was looked at. It is an article if `rejected` is None; a failed request has no title and no text."""

    url: str
    rejected: str | None  # the reason for the rejection, or of the failure
    title: str = ""
    language: str = ""
    published_at: datetime | None = None
    text: str = ""
    cuts: tuple[tuple[str, str], ...] = ()  # rule and text of what was cut, in the order of the page
    is_duplicate: bool = False

    @property
    def is_article(self) -> bool:
        return self.rejected is None

    @property
    def beginning(self) -> str:
        return self.text if len(self.text) <= _BEGINNING else f"{self.text[: _BEGINNING - 1]}…"


def load_sample(connection: Connection, site: str, failures: Iterable[SeenFailure]) -> tuple[SampledPage, ...]:
    """Return the pages of a site in the order in which they were fetched, then the requests that gave none."""
    table = StoredArticle
    wanted = (
        select(
            table.url,
            table.rejected,
            table.title,
            table.language,
            table.published_at,
            table.text,
            table.blocks,
            table.duplicate_of,
        )
        .where(table.site == site)
        .order_by(table.fetched_at, table.id)
    )
    pages = [
        SampledPage(
            row.url,
            row.rejected,
            row.title,
            row.language,
            row.published_at,
            row.text,
            tuple(
                (block.rule, block.text[:_MAX_CUT])
                for block in unpack_blocks(row.blocks, row.text)
                if block.rule is not None
            ),
            row.duplicate_of is not None,
        )
        for row in connection.execute(wanted)
    ]
    failed = (SampledPage(one.url, one.reason) for one in failures if one.kind is AddressKind.ARTICLE)
    return (*pages, *(page for page in failed if page.url not in {other.url for other in pages}))
