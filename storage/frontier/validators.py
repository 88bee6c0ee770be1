"""Stores the validators of responses (ETag, Last-Modified, hash of the body), for conditional requests (RFC 9110).

They are stored in the transaction that stores what the response was good for: a crawl that is killed before asks again
without a condition.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module

from sqlalchemy import Connection, Insert, bindparam, delete, select

from storage.models import Validator

_LOAD = select(Validator.__table__).where(Validator.address_id == bindparam("address"))
_DELETE = delete(Validator).where(Validator.address_id == bindparam("address"))
_MAX_UNCHANGED = 4  # answers 304 in a row; then the whole is asked for once, since validators lie
_MAX_BODY = 2 << 20  # bytes of a list, compressed; a longer one is fetched anew each time


@dataclass(frozen=True, slots=True)
class Validators:
    """What a response says of its version."""

    url: str  # that answered
    etag: str | None
    last_modified: str | None
    body_hash: str
    content_type: str | None = None  # of a list
    body: bytes | None = None  # of a list, compressed
    unchanged: int = 0  # how often in a row the answer was 304
    is_believed: bool = True

    @property
    def allows_condition(self) -> bool:
        """Whether the next request may be conditional."""
        return bool(self.etag or self.last_modified) and self.is_believed and self.unchanged < _MAX_UNCHANGED


def compress_body(body: bytes) -> bytes | None:
    """Return the body of a list as it is stored; None if it is too long to be kept."""
    compressed = zlib.compress(body)
    return compressed if len(compressed) <= _MAX_BODY else None


def decompress_body(validators: Validators) -> bytes:
    return zlib.decompress(validators.body) if validators.body else b""


def count_unchanged(validators: Validators) -> Validators:
    """Return the validators after another answer 304."""
    return replace(validators, unchanged=validators.unchanged + 1)


def compare_validators(old: Validators | None, new: Validators) -> Validators:
    """Return the new validators; they are not believed if the old ones were the same with another body."""
    if old is None or old.url != new.url:
        return new
    validators = (new.etag, new.last_modified)
    is_lie = any(validators) and (old.etag, old.last_modified) == validators and old.body_hash != new.body_hash
    return replace(new, is_believed=old.is_believed and not is_lie)


def load_validators(connection: Connection, address: int) -> Validators | None:
    row = connection.execute(_LOAD, {"address": address}).one_or_none()
    if row is None:
        return None
    return Validators(
        row.url,
        row.etag,
        row.last_modified,
        row.body_hash,
        row.content_type,
        row.body,
        row.unchanged,
        row.is_believed,
    )


def save_validators(connection: Connection, address: int, validators: Validators | None) -> None:
    """Store the validators of an address in place of earlier ones; None deletes them."""
    if validators is None:
        connection.execute(_DELETE, {"address": address})
        return
    values = {name: getattr(validators, name) for name in Validators.__slots__}
    connection.execute(_make_upsert(connection.dialect.name), {"address_id": address, **values})


@cache
def _make_upsert(dialect: str) -> Insert:
    """Return the statement that stores validators, in place of earlier ones, in the words of a database."""
    new = import_module(f"sqlalchemy.dialects.{dialect}").insert(Validator)
    stored: Insert = new.on_conflict_do_update(
        index_elements=["address_id"], set_={name: new.excluded[name] for name in Validators.__slots__}
    )
    return stored
