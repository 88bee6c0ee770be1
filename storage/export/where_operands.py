"""The fields and values of a `--where` expression, and how it is said what is wrong with one."""

from __future__ import annotations

import ast
import re
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import BigInteger, Float, bindparam, false, func, true

from cleaning.errors import BadArgument
from storage.export.schema import FIELDS, Field, Kind
from storage.models import StoredArticle
from storage.types import UTCDateTime, storable

_FIELDS = {field.name: field for field in FIELDS if not field.read_from}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(rf"{_DAY.pattern}[T ].+")
_TIMES = "a time is written '2026-11-01' or '2026-11-01T08:00Z'"
_WORDS = {"null": None, "true": True, "false": False}
THERE_IS = (
    "there are: == != < <= > >=, in, not in, is null, is not null, and, or, not, startswith(field, 'text'), "
    f"numbers, 'texts', true, false, null, and the fields {', '.join(_FIELDS)}"
)


class Operands:
    """What stands on the sides of a comparison in the expression `text`; a BadArgument of `wrong` where it cannot."""

    def __init__(self, text: str) -> None:
        self._text = text

    def bound(self, field: Field, node: ast.expr) -> Any:
        """The value, of the field's kind, as a parameter."""
        value = self.value(node)
        match field.kind, value:
            case Kind.TRUTH, bool():
                return true() if value else false()
            case Kind.TEXT, str():
                return value
            case ((Kind.COUNT | Kind.SHARE), int() | float()) if not isinstance(value, bool) and abs(value) < 2**63:
                return bindparam(None, value, BigInteger if isinstance(value, int) else Float(53))
        raise self.wrong(node, f"{field.name} is a {field.kind}")

    def span(self, node: ast.expr) -> tuple[Any, Any]:
        """The first and the last microsecond of the day or the moment that is named."""
        text = self.text_of(node)
        try:
            if _DAY.fullmatch(text):
                first = datetime.combine(date.fromisoformat(text), time.min, UTC)
                last = datetime.combine(date.fromisoformat(text), time.max, UTC)
            elif not _MOMENT.fullmatch(text):  # '20261130' would be the first moment of that day
                raise self.wrong(node, _TIMES)
            else:
                first = datetime.fromisoformat(text)
                first = last = (first if first.tzinfo else first.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise self.wrong(node, _TIMES) from None
        return bindparam(None, first, UTCDateTime), bindparam(None, last, UTCDateTime)

    def text_of(self, node: ast.expr) -> str:
        value = self.value(node)
        if not isinstance(value, str):
            raise self.wrong(node, "a 'text' must stand here")
        return value

    def value(self, node: ast.expr) -> str | int | float | bool | None:
        match node:
            case ast.Constant(value=str() as text) if text != storable(text):  # "\x00", from an escape
                raise self.wrong(node, "this holds a character that no stored text has")
            case ast.Constant(value=str() | int() | float() | bool() | None):
                return node.value  # type: ignore[return-value]  # the pattern has just said so
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
                return -number
            case ast.Name(id=name) if name.lower() in _WORDS:
                return _WORDS[name.lower()]
        raise self.wrong(node, "a value must stand here: a number, a 'text', true, false or null")

    def is_field(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id.lower() not in _WORDS

    def field(self, node: ast.expr) -> Field:
        if not isinstance(node, ast.Name) or node.id not in _FIELDS:
            raise self.wrong(node, "there is no such field")
        return _FIELDS[node.id]

    def wrong(self, node: ast.expr, why: str) -> BadArgument:
        here = ast.get_source_segment(self._text, node) or ""
        here = here if len(here) <= 60 else here[:59] + "…"
        place = len(self._text.encode()[: node.col_offset].decode()) + 1
        return BadArgument(f"--where: {why}: {here!r}, at character {place}; {THERE_IS}")


def column_of(field: Field) -> Any:
    if field.name == "story":
        return func.coalesce(StoredArticle.duplicate_of, StoredArticle.id)
    return StoredArticle.__table__.c[field.name]
