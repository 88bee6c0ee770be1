"""Checks the records of a release that anybody may have made, and converts their values to those of the store."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from cleaning.errors import ExportRefused
from storage.database.types import make_storable
from storage.export.schema import Field, FieldKind, Table

_ID = re.compile(r"[0-9a-f]{16}")
_LARGEST = 1 << 62
_DEFAULTS: dict[FieldKind, Any] = {
    FieldKind.TEXT: "",
    FieldKind.TEXTS: [],
    FieldKind.COUNT: 0,
    FieldKind.SHARE: 0.0,
    FieldKind.BOOLEAN: False,
}


def convert_row(row: Mapping[str, Any], table: Table) -> dict[str, Any]:
    """Return the values of all fields of the table: times aware, texts without what a store refuses.

    What a record lacks, as one of "urls" lacks the headline, is None or empty. Raise `ExportRefused` for another value
    than the field has, and for a record without its id or time.
    """
    found = {field.name: _convert(field, row.get(field.name)) for field in table.fields}
    key = table.fields[0].name  # "id" or "article_id"
    if not _ID.fullmatch(found[key]):
        raise ExportRefused(f"a record of the table {table.name} has no id of 16 digits as its {key}")
    return found


def parse_offset(local: str | None) -> int | None:
    """Return by how many minutes a local time is ahead of UTC; None if it tells no zone, or is no time."""
    try:
        offset = datetime.fromisoformat(local or "").utcoffset()
    except ValueError:
        return None
    return None if offset is None else int(offset / timedelta(minutes=1))


def _convert(field: Field, value: Any) -> Any:
    if value is None:
        if field.nullable:
            return None
        if field.kind is FieldKind.TIME:
            raise ExportRefused(f"a record has no {field.name}")
        return _DEFAULTS[field.kind]
    try:
        return _CONVERTERS[field.kind](value)
    except (TypeError, ValueError, OverflowError) as error:
        raise ExportRefused(f"the {field.name} of a record is no {field.kind}: {value!r:.60}") from error


def _convert_text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return make_storable(value)


def _convert_texts(value: Any) -> list[str]:
    if not isinstance(value, list):
        raise TypeError
    return [_convert_text(item) for item in value]


def _convert_time(value: Any) -> datetime:
    moment = datetime.fromisoformat(_convert_text(value))
    if moment.tzinfo is None:
        raise ValueError
    return moment


def _convert_count(value: Any) -> int:
    if type(value) is not int or abs(value) > _LARGEST:  # true is no number here
        raise TypeError
    return value


def _convert_share(value: Any) -> float:
    if type(value) not in (int, float):
        raise TypeError
    return float(value)


def _convert_boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


_CONVERTERS: dict[FieldKind, Callable[[Any], Any]] = {
    FieldKind.TEXT: _convert_text,
    FieldKind.TEXTS: _convert_texts,
    FieldKind.TIME: _convert_time,
    FieldKind.COUNT: _convert_count,
    FieldKind.SHARE: _convert_share,
    FieldKind.BOOLEAN: _convert_boolean,
}
