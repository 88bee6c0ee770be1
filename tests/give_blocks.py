"""Give a stored article blocks, whatever its text is."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select, update

from cleaning.records.block import Block
from storage.models import StoredArticle
from storage.models.packed_blocks import pack_blocks


def give_blocks(connection: Connection, name: str, blocks: Iterable[Block]) -> None:
    """Replace the blocks of an article."""
    row = StoredArticle
    text = connection.execute(select(row.text).where(row.id == name)).scalar_one()
    connection.execute(update(row).where(row.id == name).values(blocks=pack_blocks(blocks, text)))
