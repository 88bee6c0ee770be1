"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator

# Characters that PostgreSQL cannot store (NUL, lone surrogates) and characters that no text needs: the other C0 and C1
# controls, and the noncharacters of Unicode (the last two code points of each plane and 32 in the first).
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
)
_UNSTORABLE = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff{_NONCHARACTERS}]")


def make_storable(text: str) -> str:
    """Remove the characters that one of the databases refuses, and the code points that are no characters."""
    return text if text.isprintable() else _UNSTORABLE.sub("", text)


def make_json_storable(value: Any) -> Any:
    """Return a JSON value with `make_storable` applied to every string in it, keys included."""
    match value:
        case str():
            return make_storable(value)
        case list() | tuple():
            return [make_json_storable(item) for item in value]
        case dict():
            return {make_storable(str(key)): make_json_storable(item) for key, item in value.items()}
        case _:
            return value


class StorableJSON(TypeDecorator[Any]):
    """JSON whose strings both databases accept."""

    impl = JSON(none_as_null=True)  # None is NULL, which a filter finds, and not the word "null"
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002 (SQLAlchemy's)
        return make_json_storable(value)


class UTCDateTime(TypeDecorator[datetime]):
    """A time, stored in UTC and returned as an aware datetime. SQLite alone would silently drop the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive time cannot be stored: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


class StorableText(TypeDecorator[str]):
    """Text from a page, without the characters that one of the databases refuses."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 (SQLAlchemy's)
        return None if value is None else make_storable(value)
