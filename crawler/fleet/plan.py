"""When nights begin: one row in the database, so that the fleet has one timetable, whichever of its workers lives."""

from __future__ import annotations

import logging
import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, text

from cleaning.errors import BadArgument
from crawler.night.budget import parse_until

logger = logging.getLogger(__name__)

LATEST = timedelta(hours=6)  # a night that no worker has begun for so long is left out
_CRON = re.compile(r"(\S+(?: +\S+){4})(?: +([A-Za-z]\S*))?")
_TIME = re.compile(r"[0-9]{1,2}:[0-9]{2}(?: .*)?")
_SAVE = text(
    "INSERT INTO procrastinate.fleet_plan (cron, zone, next_at, sites) VALUES (:cron, :zone, :next_at, :sites)"
    " ON CONFLICT (one) DO UPDATE SET cron = :cron, zone = :zone, next_at = :next_at, sites = :sites"
)
_LOAD = text("SELECT cron, zone, next_at, sites FROM procrastinate.fleet_plan")
_ADVANCE = text("UPDATE procrastinate.fleet_plan SET next_at = :next_at WHERE next_at = :due_at")
_DROP = text("DELETE FROM procrastinate.fleet_plan")


class Plan(NamedTuple):
    """When nights begin: a line of cron by the clock of a zone. `sites` is the digest of their list."""

    cron: str
    zone: str
    next_at: datetime
    sites: str


def parse_plan(given: str, sites: str, now: datetime) -> Plan:
    """Return the plan of `02:00 Europe/Berlin` or `0 2 * * 1-5 Europe/Berlin`; UTC where no zone is named.

    Raise BadArgument for any other text.
    """
    wrong = BadArgument(f"--at must be a time as '02:00 Europe/Berlin', or cron as '0 2 * * 1-5 UTC', got {given!r}")
    line = given.strip()
    if _TIME.fullmatch(line):
        try:
            moment = parse_until(line)
        except BadArgument as error:
            raise BadArgument(str(error).replace("--until", "--at")) from None
        cron, zone = f"{moment.at.minute} {moment.at.hour} * * *", moment.zone.key if moment.zone else "UTC"
    elif match := _CRON.fullmatch(line):
        cron, zone = match[1], match[2] or "UTC"
    else:
        raise wrong
    try:
        return Plan(cron, zone, find_next(cron, zone, now), sites)
    except (ValueError, KeyError, ZoneInfoNotFoundError, OSError):
        raise wrong from None


def find_next(cron: str, zone: str, after: datetime) -> datetime:
    """Return the first moment of a line of cron after another. Raise ValueError for a wrong line.

    Where the clock is set back, what it shows twice is taken once. Where it is set forward, a night of the hour that is
    left out begins at the end of it.
    """
    from croniter import croniter  # noqa: PLC0415 (of the extra fleet)

    moments = croniter(cron, after.astimezone(ZoneInfo(zone)))
    found: datetime = moments.get_next(datetime)
    while found.fold:  # the hour that the clock shows twice in autumn: its second time
        found = moments.get_next(datetime)
    return found.astimezone(UTC)


def save_plan(connection: Connection, plan: Plan) -> None:
    connection.execute(_SAVE, plan._asdict())


def load_plan(connection: Connection) -> Plan | None:
    row = connection.execute(_LOAD).one_or_none()
    return None if row is None else Plan(*row)


def drop_plan(connection: Connection) -> bool:
    """Let no more nights begin by themselves; return whether there was a plan."""
    return bool(connection.execute(_DROP).rowcount)


def find_due_night(connection: Connection, now: datetime) -> Plan | None:
    """Return the plan if a night is due; until `advance_plan` it stays due. One that is too late is left out."""
    plan = load_plan(connection)
    if plan is None or plan.next_at > now:
        return None
    if now - plan.next_at < LATEST:
        return plan
    logger.warning("the night of %s is left out: no worker began it in time", f"{plan.next_at:%Y-%m-%d %H:%M} UTC")
    advance_plan(connection, plan.next_at, now)
    return None


def is_due(connection: Connection, due_at: datetime) -> bool:
    """Return whether the night of this moment has not begun yet."""
    plan = load_plan(connection)
    return plan is not None and plan.next_at == due_at


def advance_plan(connection: Connection, due_at: datetime, now: datetime) -> None:
    """Set the plan to the next night, because that of this moment has begun."""
    plan = load_plan(connection)
    if plan is not None and plan.next_at == due_at:
        connection.execute(_ADVANCE, {"next_at": find_next(plan.cron, plan.zone, now), "due_at": due_at})
