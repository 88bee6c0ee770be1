"""Loads articles as records, and their blocks. The caller holds the transaction."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, literal, select

from cleaning.records.block import Block
from storage.articles.live_entries import load_article_blocks
from storage.articles.revisions import is_refusal
from storage.export.batch import Batch
from storage.export.rows.read import read_listed
from storage.export.schema import Table
from storage.export.selection.choose import select_chosen_ids
from storage.export.selection.selection import Selection
from storage.models import StoredArticle
from storage.reading.article_record import PAGES, REJECTED, ArticleRecord, LoadBlocks, make_records


def load_selected(
    connection: Connection, selection: Selection, *, include_rejected: bool = False, table: Table = PAGES
) -> Iterator[Batch]:
    """Yield the articles that pass the filters, in the order of a release, in batches of some hundred.

    With `include_rejected` the rejected pages are among them; then `table` must be PAGES.
    """
    ids = select_chosen_ids(connection, selection, include_rejected=include_rejected)
    for batch in read_listed(connection, ids, table):
        yield _withhold_texts(batch) if include_rejected else batch


def load_record(connection: Connection, article_id: str, later: LoadBlocks | None = None) -> ArticleRecord:
    """Return the record of a stored page, which loads its blocks by `later`."""
    (batch,) = read_listed(connection, select(literal(article_id)), PAGES)
    return make_records(_withhold_texts(batch), later)[0]


def load_blocks(connection: Connection, article_id: str) -> tuple[Block, ...]:
    """Return the blocks of a page in reading order, kept and cut; () for a page that asks not to be kept."""
    rejected = connection.scalar(select(StoredArticle.rejected).where(StoredArticle.id == article_id))
    return () if is_refusal(rejected) else load_article_blocks(connection, article_id)


def _withhold_texts(batch: Batch) -> Batch:
    """Return a batch of PAGES without the texts of pages that ask not to be kept, as a release lists them."""
    place = batch.table.names.index("text")
    columns = list(batch.columns)
    columns[place] = [
        "" if is_refusal(rejected) else text
        for text, rejected in zip(columns[place], batch.column(REJECTED.name), strict=True)
    ]
    return Batch(batch.table, columns)
