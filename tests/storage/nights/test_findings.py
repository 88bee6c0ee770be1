"""Findings are loaded, and muted until a day, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine, insert

from storage.models import StoredFinding
from storage.nights.findings import Finding, load_findings, mute_finding

NIGHT = datetime(2026, 11, 23, 2, tzinfo=UTC)
OPEN = Finding("herald", "silent", "nothing came", "look at it", {"usual": 12.5}, NIGHT, 4, NIGHT, 4)
HEALED = OPEN._replace(first_run=2, last_run=3, healed_at=NIGHT - timedelta(days=1), healed_run=3)
OTHER = OPEN._replace(site="courier", name="no-dates")


def test_findings_are_loaded_by_site_and_muted_until_a_day(engine: Engine) -> None:
    day = date(2026, 12, 1)
    with engine.begin() as connection:
        connection.execute(insert(StoredFinding), [one._asdict() for one in (OPEN, HEALED, OTHER)])
        assert load_findings(connection) == [OTHER, OPEN]
        assert load_findings(connection, open_only=False, site="herald") == [HEALED, OPEN]
        assert mute_finding(connection, "herald", "silent", day)
        assert not mute_finding(connection, "courier", "silent", day)
        (muted,) = load_findings(connection, site="herald")
        assert muted == OPEN._replace(muted_until=day)
        assert (muted.is_muted(date(2026, 11, 30)), muted.is_muted(day)) == (True, False)
        assert mute_finding(connection, "herald", "silent", None)
        assert load_findings(connection, site="herald") == [OPEN]
