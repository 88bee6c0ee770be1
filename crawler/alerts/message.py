"""The words of an alert: whether the night ended, what is new in it, what has healed, and what to do.

Plain text, whatever a site sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from socket import gethostname
from typing import Any, NamedTuple

from crawler.alerts.trouble import NightTrouble
from crawler.health.check_health import Health
from crawler.terminal.characters import escape_for_terminal
from storage.nights.findings import Finding

MAX_SUBJECT_CHARACTERS = 150
MAX_CHAT_CHARACTERS = 1_900  # of a message to a chat: Discord takes 2,000, Telegram 4,096
_MAX_TOLD = 30  # findings of each kind; after a change of the network every site may have one


class AlertMessage(NamedTuple):
    """An alert, as each channel sends it in its own form."""

    subject: str  # one line
    text: str  # of several lines
    new: tuple[Finding, ...] = ()
    healed: tuple[Finding, ...] = ()
    open_before: int = 0  # findings that were told in other nights, and are still open
    summary: str = ""  # of the night, for a mail
    report: Path | None = None  # the HTML page of the night
    troubles: tuple[NightTrouble, ...] = ()  # of the night itself
    is_test: bool = False

    def shorten_for_chat(self) -> str:
        """Return the text for a chat. No name in it calls on anybody: "@" stands apart from what follows it."""
        text = f"{self.subject}\n\n{self.text}".replace("@", "@\u200b")
        return text if len(text) <= MAX_CHAT_CHARACTERS else text[: MAX_CHAT_CHARACTERS - 5].rstrip() + " ..."

    def to_dict(self) -> dict[str, Any]:
        """Return the alert for a JSON document."""
        return {
            "subject": self.subject,
            "text": self.text,
            "is_test": self.is_test,
            "night": [trouble.sentence for trouble in self.troubles],
            "new": [_to_dict(finding) for finding in self.new],
            "healed": [_to_dict(finding) for finding in self.healed],
            "open_before": self.open_before,
            "report": None if self.report is None else str(self.report),
        }


def write_message(
    health: Health, report: Path | None, summary: str = "", troubles: Sequence[NightTrouble] = ()
) -> AlertMessage | None:
    """Return the alert of a night; None if nothing is new, nothing has healed but what is muted, and no trouble is."""
    new, healed = _drop_muted(health.new), _drop_muted(health.healed)
    if not new and not healed and not troubles:
        return None
    open_before = len(_drop_muted(health.persisting))
    lines = [escape_for_terminal(trouble.sentence) for trouble in troubles]
    lines += [*_describe("new", new), *_describe("healed", healed)]
    if open_before:
        lines += ["", f"Still open, and told before: {open_before} (scrapy sites findings)."]
    if report is not None:
        lines += ["", f"Report: {report}"]
    parts = [*(trouble.summary for trouble in troubles), *_summarise("new", new), *_summarise("healed", healed)]
    subject = _shorten_subject(f"Broadsheet on {gethostname()}: {'; '.join(parts)}")
    text = "\n".join(lines).strip()
    return AlertMessage(subject, text, new, healed, open_before, summary, report, tuple(troubles))


def write_test_message() -> AlertMessage:
    """Return an alert that says that it is a test."""
    host = escape_for_terminal(gethostname())
    return AlertMessage(
        f"Broadsheet on {host}: test alert",
        "This is a test of scrapy nightly --test-alert. What is new in a night is told in this way.",
        is_test=True,
    )


def _drop_muted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    today = datetime.now(UTC).date()
    return tuple(finding for finding in findings if not finding.is_muted(today))


def _summarise(word: str, findings: tuple[Finding, ...]) -> list[str]:
    names = ", ".join(f"{finding.site} {finding.name}" for finding in findings)
    return [f"{len(findings)} {word}: {names}"] if findings else []


def _describe(word: str, findings: tuple[Finding, ...]) -> list[str]:
    lines = []
    for finding in findings[:_MAX_TOLD]:
        lines += ["", escape_for_terminal(f"{word.upper()} {finding.site}: {finding.name}")]
        if word == "healed":
            lines.append(f"  It was seen first on {finding.first_seen:%-d %B %Y}.")
        else:
            lines += [f"  {escape_for_terminal(part)}" for part in (finding.sentence, finding.advice) if part]
    if len(findings) > _MAX_TOLD:
        lines += ["", f"... and {len(findings) - _MAX_TOLD} more {word}: see the report."]
    return lines


def _shorten_subject(subject: str) -> str:
    line = escape_for_terminal(subject)
    return line if len(line) <= MAX_SUBJECT_CHARACTERS else line[: MAX_SUBJECT_CHARACTERS - 4].rstrip(" ,") + " ..."


def _to_dict(finding: Finding) -> dict[str, Any]:
    return {
        "site": finding.site,
        "name": finding.name,
        "sentence": finding.sentence,
        "advice": finding.advice,
        "first_seen": finding.first_seen.isoformat(),
    }
