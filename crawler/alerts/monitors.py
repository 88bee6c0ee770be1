"""The findings of a night as monitors of Spidermon: what is new fails, what has healed passes.

Only `send.py` imports this, when an alert is sent: Spidermon comes with the extra `nightly`.
"""

from __future__ import annotations

from collections.abc import Iterable

from spidermon import Monitor, MonitorSuite

from crawler.alerts.message import AlertMessage
from crawler.alerts.trouble import NightTrouble
from storage.nights.findings import Finding


class FindingMonitor(Monitor):  # type: ignore[misc]  # Spidermon has no types
    """One finding of one site. Its name is stable, so that Sentry and others count a finding over the nights."""

    def __init__(self, finding: Finding, *, is_open: bool) -> None:
        super().__init__("test_site", name=f"{finding.site}/{finding.name}")
        self._finding = finding
        self._is_open = is_open

    def test_site(self) -> None:
        """Fail with what is wrong and what to do, while the finding is open."""
        if self._is_open:
            self.fail(f"{self._finding.sentence} {self._finding.advice}".strip())


class NightMonitor(Monitor):  # type: ignore[misc]
    """What went wrong with the night itself."""

    def __init__(self, trouble: NightTrouble) -> None:
        super().__init__("test_night", name="night")
        self._trouble = trouble

    def test_night(self) -> None:
        """Fail with what went wrong."""
        self.fail(self._trouble.sentence)


def make_suite(message: AlertMessage, actions: Iterable[object]) -> MonitorSuite:
    """Return a suite of the findings of an alert, which runs all `actions` when they have been judged."""
    monitors = [
        *(NightMonitor(trouble) for trouble in message.troubles),
        *(FindingMonitor(finding, is_open=True) for finding in message.new),
        *(FindingMonitor(finding, is_open=False) for finding in message.healed),
    ]
    return MonitorSuite("Broadsheet", monitors=monitors, monitors_finished_actions=actions)
