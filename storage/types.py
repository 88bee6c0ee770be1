"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator

# What PostgreSQL cannot store (NUL, lone surrogates) and what no text needs: the other C0 and C1 controls, and the code
# points that are no characters, the last two of each plane and 32 in the first.
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000)
)
_UNSTORABLE = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff{_NONCHARACTERS}]")


def storable(text: str) -> str:
    """`text` without the characters that one of the databases refuses, or that are none."""
    return text if text.isprintable() else _UNSTORABLE.sub("", text)


def storable_json(value: Any) -> Any:
    """`value` (what JSON is made of) with every string in it made `storable`."""
    match value:
        case str():
            return storable(value)
        case list() | tuple():
            return [storable_json(item) for item in value]
        case dict():
            return {storable(str(key)): storable_json(item) for key, item in value.items()}
        case _:
            return value


class StorableJSON(TypeDecorator[Any]):
    """JSON whose strings are what both databases take."""

    impl = JSON(none_as_null=True)  # nothing is NULL, for a filter to find, and not the word "null"
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002 (SQLAlchemy's)
        return storable_json(value)


class UTCDateTime(TypeDecorator[datetime]):
    """A moment: stored in UTC, comes back aware. SQLite alone would drop the zone without a word."""

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
    """Text from a page, without what one of the databases refuses."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 (SQLAlchemy's)
        return None if value is None else storable(value)
