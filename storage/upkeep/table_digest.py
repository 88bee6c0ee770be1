"""The digest of a table: the same for the same rows, on every database and in every order.

It is the sum of the hashes of its rows, so that it can be computed row by row, and go on where it was interrupted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any, NamedTuple

_BITS = 128


class TableDigest(NamedTuple):
    """The number of rows, and the sum of their hashes."""

    rows: int = 0
    total: int = 0

    def add(self, rows: Iterable[Sequence[Any]]) -> TableDigest:
        """Return the digest with these rows added, each of them the values of all columns in their order."""
        count, total = self
        for row in rows:
            hashed = blake2b(b"".join(map(_encode, row)), digest_size=_BITS // 8)
            total += int.from_bytes(hashed.digest())
            count += 1
        return TableDigest(count, total % (1 << _BITS))

    def __str__(self) -> str:
        return f"{self.total:0{_BITS // 4}x}"

    @classmethod
    def parse(cls, rows: int, word: str) -> TableDigest:
        """Return the digest that `str` made a word of."""
        return cls(rows, int(word, 16))


def _encode(value: Any) -> bytes:
    """Return the value as bytes that no other value has; those of a text or blob begin with their length."""
    match value:
        case None:
            return b"-"
        case str():
            data = value.encode("utf-8", "surrogatepass")
            return b"s%d:%b" % (len(data), data)
        case bytes():
            return b"b%d:%b" % (len(value), value)
        case bool():
            return b"+" if value else b"!"
        case int():
            return b"i%d;" % value
        case float():
            return f"f{value!r};".encode()
        case datetime():
            return f"t{value.astimezone(UTC).isoformat()};".encode()
        case _:
            data = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
            return b"j%d:%b" % (len(data), data)
