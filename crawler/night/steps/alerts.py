"""Sends by the channels of ALERTS that the night did not end, what is new in it, and what has healed.

At least once by each channel: it is noted after it was sent, so a kill in between repeats the alert of that channel.
"""

from __future__ import annotations

from pathlib import Path

from crawler.alerts.check import read_channels
from crawler.alerts.send import send_alerts
from crawler.health.check_health import Health
from crawler.night.desk import Desk, StepResult, list_told_lines
from crawler.night.steps.health import load_night_health
from crawler.night.steps.report import PATH, REPORT
from crawler.night.troubles import list_troubles
from crawler.night_report.gather import gather_report
from crawler.night_report.plain_text import render_text
from crawler.run.archive_place import archive_place_of
from crawler.run.exit_codes import FAILED

ALERTS = "alerts"
_SENT = "sent"  # the channels by which the alert of this night was sent


def send_night_alerts(desk: Desk) -> StepResult:
    """Send the alerts of the night, by the channels by which they were not sent before a kill."""
    troubles = list_troubles(desk)
    health = Health() if desk.night.run_id is None else load_night_health(desk, desk.night.run_id) or Health()
    if not health.new and not health.healed and not troubles:
        return StepResult((f"{ALERTS}: none, because nothing is new",))
    path = desk.night.steps.get(REPORT, {}).get(PATH)
    noted: list[str] = desk.night.steps.get(ALERTS, {}).get(_SENT, [])

    def note(channel: str) -> None:
        noted.append(channel)
        desk.record_step(ALERTS, {_SENT: noted})

    sent = send_alerts(
        desk.settings,
        health,
        path and Path(path),
        summary=_summarise(desk),
        troubles=troubles,
        on_sent=note,
        is_sent=tuple(noted),
    )
    failed = [channel for channel in read_channels(desk.settings) if channel not in sent]
    if failed:
        by = f"sent by {', '.join(sent)}; " if sent else ""
        return StepResult((f"{ALERTS}: {by}not sent by {', '.join(failed)}; the log has the reason",), FAILED)
    return StepResult((f"{ALERTS}: sent by {', '.join(sent)}",))


def _summarise(desk: Desk) -> str:
    """Return the lines of the steps before this one, and the report as text."""
    lines = "".join(f"{line}\n" for line in list_told_lines(desk.night))
    archive = archive_place_of(desk.settings, desk.data_dir)
    return f"{lines}\n{render_text(gather_report(desk.engine, desk.data_dir, archive=archive))}"
