"""CSV and XML feeds: for articles the values of an export, for other items what Scrapy writes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from scrapy.exporters import CsvItemExporter, XmlItemExporter
from scrapy.item import Field

from crawler.article_item import ArticleItem
from storage.export.formats.csv import format_cell


class ArticleCsvExporter(CsvItemExporter):
    """Writes the cells of an article as `scrapy export --format csv` does: lists as JSON, no formulas."""

    _is_article = False

    def export_item(self, item: Any) -> None:
        self._is_article = isinstance(item, ArticleItem)
        super().export_item(item)

    def serialize_field(self, field: Mapping[str, Any] | Field, name: str, value: Any) -> Any:
        if self._is_article:
            return format_cell(value)
        return super().serialize_field(field, name, value)


class ArticleXmlExporter(XmlItemExporter):
    """Leaves out the fields of an article that are null, and writes booleans as XML does."""

    def get_serialized_fields(
        self, item: Any, default_value: Any = None, include_empty: bool | None = None
    ) -> Iterable[tuple[str, Any]]:
        fields = super().get_serialized_fields(item, default_value, include_empty)
        if not isinstance(item, ArticleItem):
            return fields
        return ((name, _to_xml(value)) for name, value in fields if value is not None)


def _to_xml(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value
