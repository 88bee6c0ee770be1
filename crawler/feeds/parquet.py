"""Parquet feeds. Scrapy has no exporter for Parquet; pyarrow writes it, as for an export."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

import pyarrow as pa
from pyarrow.parquet import ParquetWriter
from scrapy.exporters import BaseItemExporter
from scrapy.item import Field

from crawler.article_item import ArticleItem, PageItem
from storage.export.formats.parquet import make_arrow_schema
from storage.export.schema import ARTICLES

ROW_GROUP = 1_000  # items held in memory: a few megabytes of news text

_REJECTED = pa.field("rejected", pa.string())


class ParquetItemExporter(BaseItemExporter):
    """Writes items in row groups: articles with the columns of an export, others with those of the first row group.

    Those of other items are the fields of the first one, with the types of their first ROW_GROUP values. Raise
    ValueError for an item with a further field, and pyarrow's error for one of another type.
    """

    def __init__(self, file: IO[bytes], **kwargs: Any) -> None:
        super().__init__(dont_fail=True, **kwargs)
        self._file = file
        self._waiting: list[dict[str, Any]] = []
        self._writer: ParquetWriter | None = None
        self._schema: pa.Schema | None = None

    def export_item(self, item: Any) -> None:
        if self._schema is None and not self._waiting and isinstance(item, ArticleItem):
            self._schema = self._select(_get_schema(item))
        self._waiting.append(dict(self.get_serialized_fields(item)))
        if len(self._waiting) >= ROW_GROUP:
            self._write()

    def serialize_field(self, field: Mapping[str, Any] | Field, name: str, value: Any) -> Any:  # noqa: ARG002 (Scrapy's)
        return value  # the types of Parquet express all of ours

    def finish_exporting(self) -> None:
        if self._schema is None and not self._waiting:  # a feed without items is a file without rows
            self._schema = self._select(make_arrow_schema(ARTICLES))
        self._write()
        if self._writer is not None:
            self._writer.close()

    def _write(self) -> None:
        columns = set(self._schema.names if self._schema is not None else self._waiting[0])
        if further := sorted({name for row in self._waiting for name in row} - columns):
            raise ValueError(f"the items of a Parquet feed have the fields of the first one; {further[0]!r} is none")
        table = pa.Table.from_pylist(self._waiting, schema=self._schema)
        self._waiting = []
        if self._writer is None:
            self._schema = table.schema
            self._writer = ParquetWriter(self._file, table.schema, compression="zstd", store_schema=False)
        self._writer.write_table(table)

    def _select(self, schema: pa.Schema) -> pa.Schema:
        """Return the columns that the feed's `fields` name, under their names in the feed."""
        if self.fields_to_export is None:
            return schema
        asked = self.fields_to_export
        named = asked if isinstance(asked, Mapping) else {name: name for name in asked}
        fields = {field.name: field for field in schema}
        return pa.schema([fields[name].with_name(new) for name, new in named.items() if name in fields])


def _get_schema(item: ArticleItem) -> pa.Schema:
    schema = make_arrow_schema(ARTICLES)
    return schema.append(_REJECTED) if isinstance(item, PageItem) else schema
