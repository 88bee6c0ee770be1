"""The fields and values of a `--where` expression, and the error messages about them."""

from __future__ import annotations

import ast
import re
from datetime import UTC, date, datetime, time
from difflib import get_close_matches
from typing import Any

from sqlalchemy import BigInteger, Float, bindparam, false, func, true

from cleaning.errors import BadArgument
from storage.database.types import UTCDateTime, make_storable
from storage.export.schema import FIELDS, Field, FieldKind
from storage.models import StoredArticle

_FIELDS = {field.name: field for field in FIELDS if not field.read_from}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(rf"{_DAY.pattern}[T ].+")
_TIMES = "write a time as '2026-11-01' or '2026-11-01T08:00Z'"
_WORDS = {"null": None, "true": True, "false": False}
SYNTAX_HINT = "the section --where of docs/export.md has the syntax and the fields"


class OperandParser:
    """Parses the operands of comparisons in the expression `text`. Raise BadArgument for an invalid one."""

    def __init__(self, text: str) -> None:
        self._text = text

    def bind_value(self, field: Field, node: ast.expr) -> Any:
        """Return the value as a bound parameter. Raise BadArgument if it does not have the type of the field."""
        value = self.parse_value(node)
        match field.kind, value:
            case FieldKind.BOOLEAN, bool():
                return true() if value else false()
            case FieldKind.TEXT, str():
                return value
            case ((FieldKind.COUNT | FieldKind.SHARE), int() | float()) if (
                not isinstance(value, bool) and abs(value) < 2**63
            ):
                return bindparam(None, value, BigInteger if isinstance(value, int) else Float(53))
        raise self.make_error(node, f"{field.name} is of type {field.kind}")

    def parse_time_range(self, node: ast.expr) -> tuple[Any, Any]:
        """Return the first and the last microsecond of the given day or moment, as bound parameters."""
        text = self.parse_text(node)
        try:
            if _DAY.fullmatch(text):
                first = datetime.combine(date.fromisoformat(text), time.min, UTC)
                last = datetime.combine(date.fromisoformat(text), time.max, UTC)
            elif not _MOMENT.fullmatch(text):  # fromisoformat would take '20261130' as midnight
                raise self.make_error(node, _TIMES)
            else:
                first = datetime.fromisoformat(text)
                first = last = (first if first.tzinfo else first.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise self.make_error(node, _TIMES) from None
        return bindparam(None, first, UTCDateTime), bindparam(None, last, UTCDateTime)

    def parse_text(self, node: ast.expr) -> str:
        value = self.parse_value(node)
        if not isinstance(value, str):
            raise self.make_error(node, "expected a 'text'")
        return value

    def parse_value(self, node: ast.expr) -> str | int | float | bool | None:
        match node:
            case ast.Constant(value=str() as text) if text != make_storable(text):  # "\x00", from an escape
                raise self.make_error(node, "this contains a character that no stored text has")
            case ast.Constant(value=str() | int() | float() | bool() | None):
                return node.value  # type: ignore[return-value]  # the pattern has checked its type
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
                return -number
            case ast.Name(id=name) if name.lower() in _WORDS:
                return _WORDS[name.lower()]
        raise self.make_error(node, "expected a value: a number, a 'text', true, false or null")

    def is_field(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id.lower() not in _WORDS

    def find_field(self, node: ast.expr) -> Field:
        if not isinstance(node, ast.Name) or node.id not in _FIELDS:
            near = get_close_matches(node.id, _FIELDS, n=1) if isinstance(node, ast.Name) else []
            raise self.make_error(node, f"unknown field (did you mean {near[0]}?)" if near else "unknown field")
        return _FIELDS[node.id]

    def make_error(self, node: ast.expr, why: str) -> BadArgument:
        """Return an error with the reason, the source of the node, its position and where the syntax is told."""
        here = ast.get_source_segment(self._text, node) or ""
        here = here if len(here) <= 60 else here[:59] + "…"
        place = len(self._text.encode()[: node.col_offset].decode()) + 1
        return BadArgument(f"--where: {why}: {here!r}, at character {place}; {SYNTAX_HINT}")


def get_column(field: Field) -> Any:
    """Return the SQL expression of a field."""
    if field.name == "story":
        return func.coalesce(StoredArticle.duplicate_of, StoredArticle.id)
    return StoredArticle.__table__.c[field.name]
