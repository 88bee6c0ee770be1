"""What `scrapy sites findings` shows: what is odd about the nights of the sites, and what to do about it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from cleaning.errors import BadArgument
from cleaning.records.times import format_iso
from crawler.sites.site import match_name
from crawler.terminal.characters import escape_for_terminal
from crawler.terminal.output import write_json, write_output
from storage.database.engine import open_for_reading
from storage.nights.findings import Finding, list_sites_of_findings, load_findings, mute_finding
from storage.site_memory.observations import list_sites

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine


def print_findings(engine: Engine, name: str | None, *, open_only: bool, as_json: bool) -> None:
    """Print the findings of all sites or of one; `open_only` leaves out those that have healed."""
    with open_for_reading(engine) as connection:
        site = None if name is None else _match_site(connection, name)
        findings = load_findings(connection, open_only=open_only, site=site)
    if as_json:
        write_json({"findings": [_describe(finding) for finding in findings]})
        return
    today = datetime.now(UTC).date()
    lines = [line for finding in findings for line in _format(finding, today)]
    write_output("".join(f"{line}\n" for line in lines) or "no finding\n")


def mute_until(engine: Engine, name: str, finding: str, until: date | None) -> None:
    """Mute the open finding of a site until a day, or tell it again. BadArgument if there is none of that name."""
    with engine.begin() as connection:
        site = _match_site(connection, name)
        known = [one.name for one in load_findings(connection, site=site)]
        if not mute_finding(connection, site, finding, until):
            there = f"open are: {', '.join(known)}" if known else "none is open, so there is nothing to mute"
            raise BadArgument(f"{site} has no open finding {finding!r}; {there}; scrapy sites findings lists them all")
    site = escape_for_terminal(site)
    told = "is told again" if until is None else f"is not told before {until}"
    write_output(f"{site}: {finding} {told}\n")


def _match_site(connection: Connection, name: str) -> str:
    """Return the site of the store that is meant, also one that never had a finding. UnknownSite if there is none."""
    return match_name(
        sorted({*list_sites(connection), *list_sites_of_findings(connection)}), name, where="in the store"
    )


def _format(finding: Finding, today: date) -> list[str]:
    site, sentence = escape_for_terminal(finding.site), escape_for_terminal(finding.sentence)
    seen = f"seen {finding.first_seen:%Y-%m-%d} to {finding.last_seen:%Y-%m-%d}"
    if finding.healed_at is not None:
        seen += f", {'taken for usual' if finding.is_accepted else 'healed'} {finding.healed_at:%Y-%m-%d}"
    elif finding.is_muted(today):
        seen += f", muted until {finding.muted_until}"
    lines = [f"{site}: {finding.name}: {sentence} ({seen})"]
    if finding.advice and finding.healed_at is None:
        lines.append(f"    {escape_for_terminal(finding.advice)}")
    return lines


def _describe(finding: Finding) -> dict[str, Any]:
    times = {
        name: None if (moment := getattr(finding, name)) is None else format_iso(moment)
        for name in ("first_seen", "last_seen", "healed_at")
    }
    muted = None if finding.muted_until is None else finding.muted_until.isoformat()
    return finding._asdict() | times | {"muted_until": muted, "accepted": finding.is_accepted}
