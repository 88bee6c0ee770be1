"""The record of one article: the fields of a release, and its blocks when they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from cleaning.markdown.head import format_head
from cleaning.markdown.layout import Piece
from cleaning.markdown.render import render_article
from cleaning.records.block import Block
from storage.export.batch import Batch
from storage.export.formats.jsonl import format_time
from storage.export.schema import ARTICLES, FIELDS, Field, FieldKind, Table

REJECTED = Field("rejected", FieldKind.TEXT, "reason of the rejection; null for an article", nullable=True)
# The articles of a release, and beside them the reason by which a page is none.
PAGES = Table(ARTICLES.name, (*FIELDS, REJECTED), ARTICLES.folder)

LoadBlocks = Callable[[str], tuple[Block, ...]]


@dataclass(frozen=True)
class ArticleRecord:
    """An article of the store. Its fields are those of a release, with the same names and values (docs/export.md).

    Times are aware and in UTC. `rejected` is the reason if the page is no article; None of what `Store.articles` gives
    without `include_rejected`. The text of a page that asks not to be kept is "".
    """

    id: str
    url: str
    canonical_url: str | None
    site: str
    site_name: str | None
    title: str
    authors: tuple[str, ...]
    source: str | None
    published_at: datetime | None
    published_local: str | None
    modified_at: datetime | None
    modified_local: str | None
    fetched_at: datetime
    gone_at: datetime | None
    language: str
    language_probability: float
    description: str | None
    tags: tuple[str, ...]
    image: str | None
    licence: str | None
    free: bool | None
    page_kind: str | None
    section: str | None
    robots: tuple[str, ...]
    tdm_reserved: bool | None
    tdm_policy: str | None
    ai_refused: tuple[str, ...] | None
    usage: tuple[str, ...]
    text: str
    words: int
    cleaner_version: str
    story: str
    duplicate_of: str | None
    duplicate_rule: str | None
    duplicate_kind: str | None
    duplicate_via: str | None
    duplicate_likeness: float | None
    duplicate_share: float | None
    rejected: str | None = None

    # How it finds its blocks; None for a record that was copied to another process, which knows no store.
    _load_blocks: ClassVar[Any] = None  # LoadBlocks, which a class variable would bind as a method

    def __repr__(self) -> str:
        day = (self.published_at or self.fetched_at).date()
        return f"<ArticleRecord {self.id} {self.site} {day} {self.title[:60]!r}>"

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_load_blocks"}

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The blocks of the page in reading order, kept and cut: each with its kind, and the rule that cut it.

        Read from the store when they are first asked for, as they are there now. A record that was copied to another
        process has none but those that it was asked for before: it raises ValueError.
        """
        if self._load_blocks is None:
            raise ValueError(f"this record of {self.url} was copied to another process; open the store there")
        blocks: tuple[Block, ...] = self._load_blocks(self.id)
        return blocks

    @property
    def removed(self) -> tuple[Block, ...]:
        """The blocks that were cut from the page, each with its rule and evidence."""
        return tuple(block for block in self.blocks if not block.is_kept)

    def to_markdown(self, *, head: bool = False) -> str:
        """Return the kept blocks as Markdown below the headline, as `cleaning.Article.to_markdown` does.

        With `head` the fields stand before it as YAML, as in a release in the format `markdown`.
        """
        pieces = [Piece(block.text, block.kind, block.path, block.layout) for block in self.blocks if block.is_kept]
        document = render_article(self.title, self.text, pieces)
        if not head:
            return document
        record = self.to_dict()
        del record["text"]
        return f"{format_head(record)}\n{document}"

    def to_dict(self) -> dict[str, Any]:
        """Return what a line of the release has in JSON Lines: times as ISO 8601 in UTC, lists of texts.

        Of a rejected page it has `rejected`, the reason, besides.
        """
        record = {field.name: _to_json(getattr(self, field.name)) for field in FIELDS}
        return record if self.rejected is None else record | {"rejected": self.rejected}


def make_records(batch: Batch, load_blocks: LoadBlocks | None) -> list[ArticleRecord]:
    """Return the rows of a batch of PAGES as records."""
    columns = [
        [None if value is None else tuple(value) for value in column] if field.kind is FieldKind.TEXTS else column
        for field, column in zip(PAGES.fields, batch.columns, strict=True)
    ]
    records = []
    for row in zip(*columns, strict=True):
        record = ArticleRecord(*row)
        object.__setattr__(record, "_load_blocks", load_blocks)  # no field: of no interest to who compares or copies
        records.append(record)
    return records


def _to_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return format_time(value)
    return list(value) if isinstance(value, tuple) else value


assert tuple(field.name for field in fields(ArticleRecord)) == PAGES.names  # noqa: S101
