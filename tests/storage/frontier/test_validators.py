"""Validators of responses: when they are believed, and that they survive in the store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import Engine, select

from storage import runs
from storage.frontier import offering
from storage.frontier.addresses import AddressKind, Offer
from storage.frontier.validators import (
    Validators,
    compare_validators,
    compress_body,
    count_unchanged,
    decompress_body,
    load_validators,
    save_validators,
)
from storage.models import Address

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
URL = "https://courier.example/feed.xml"
SEEN = Validators(URL, '"abc"', None, "hash of a", "application/rss+xml", compress_body(b"<rss/>"))


def test_validators_are_stored_replaced_and_deleted(engine: Engine) -> None:
    with engine.begin() as connection:
        run = runs.begin(connection, spider="articles", now=NOW)
        offering.offer(connection, "courier", [Offer(URL, AddressKind.FEED)], run=run, now=NOW)
        address = connection.execute(select(Address.id)).scalar_one()
        assert load_validators(connection, address) is None
        for validators in (SEEN, count_unchanged(SEEN)):
            save_validators(connection, address, validators)
            assert load_validators(connection, address) == validators
        save_validators(connection, address, None)
        assert load_validators(connection, address) is None


def test_after_several_answers_304_the_whole_is_asked_for_once() -> None:
    known, asked = SEEN, 0
    while known.allows_condition:
        known, asked = count_unchanged(known), asked + 1
    assert asked == 4
    assert compare_validators(known, SEEN).allows_condition


def test_validators_that_came_with_another_body_are_not_believed_any_more() -> None:
    lie = compare_validators(SEEN, replace(SEEN, body_hash="hash of b"))
    assert not lie.allows_condition
    assert not compare_validators(lie, replace(SEEN, etag='"new"', body_hash="hash of c")).allows_condition
    honest = compare_validators(SEEN, replace(SEEN, etag='"new"', body_hash="hash of b"))
    assert honest.allows_condition


def test_without_a_validator_there_is_no_condition() -> None:
    assert not replace(SEEN, etag=None).allows_condition


def test_a_list_is_kept_compressed_unless_it_is_too_long() -> None:
    assert decompress_body(SEEN) == b"<rss/>"
    drawn = b"".join(number.to_bytes(4) for number in range(3 << 20))
    assert compress_body(drawn) is None
