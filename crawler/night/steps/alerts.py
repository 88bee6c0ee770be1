"""Sends what is new in the night, and what has healed, by the channels of ALERTS.

Never twice: a kill may cost an alert.
"""

from __future__ import annotations

from pathlib import Path

from crawler.alerts.check import read_channels
from crawler.alerts.send import send_alerts
from crawler.night.desk import Desk, StepResult, list_told_lines
from crawler.night.steps.health import load_night_health
from crawler.night.steps.report import PATH, REPORT
from crawler.night_report.gather import gather_report
from crawler.night_report.plain_text import render_text
from crawler.run.exit_codes import FAILED

ALERTS = "alerts"
_BEGUN = "begun"


def send_night_alerts(desk: Desk) -> StepResult:
    """Send the alerts of the night. That they were begun is stored first."""
    if desk.night.steps.get(ALERTS, {}).get(_BEGUN):
        line = f"{ALERTS}: the night was killed while they were sent; they are not sent again"
        return StepResult((line,), FAILED)
    if desk.night.run_id is None:
        return StepResult((f"{ALERTS}: none, because nothing was crawled",))
    health = load_night_health(desk, desk.night.run_id)
    if health is None:
        return StepResult((f"{ALERTS}: none, because the crawl did not end",))
    if not health.new and not health.healed:
        return StepResult((f"{ALERTS}: none, because nothing is new",))
    path = desk.night.steps.get(REPORT, {}).get(PATH)
    summary = _summarise(desk)  # first: an error in it must not count as an alert that may have been sent
    desk.record_step(ALERTS, {_BEGUN: True})
    sent = send_alerts(desk.settings, health, path and Path(path), summary=summary)
    failed = [channel for channel in read_channels(desk.settings) if channel not in sent]
    if failed:
        by = f"sent by {', '.join(sent)}; " if sent else ""
        return StepResult((f"{ALERTS}: {by}not sent by {', '.join(failed)}; the log has the reason",), FAILED)
    return StepResult((f"{ALERTS}: sent by {', '.join(sent)}",))


def _summarise(desk: Desk) -> str:
    """Return the lines of the steps before this one, and the report as text."""
    lines = "".join(f"{line}\n" for line in list_told_lines(desk.night))
    return f"{lines}\n{render_text(gather_report(desk.engine, desk.data_dir))}"
