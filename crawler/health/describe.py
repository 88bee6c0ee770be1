"""What a run's health is in lines of text, as below the table and in the log."""

from __future__ import annotations

from crawler.health.check_health import Health
from crawler.run.notices import FAILURE_KINDS
from crawler.terminal.characters import escape_for_terminal
from crawler.terminal.numbers import count_things
from storage.nights.findings import Finding


def describe_finding(finding: Finding) -> str:
    """Return one line: the site, the name, the sentence, and what to do."""
    site, sentence = escape_for_terminal(finding.site), escape_for_terminal(finding.sentence)
    advice = f"; {escape_for_terminal(finding.advice)}" if finding.advice else ""
    return f"{site}: {finding.name}: {sentence}{advice}"


def describe_health(health: Health) -> list[str]:
    """Return the lines of a run: what is new, what has healed, how much lasts. The notices tell their own again."""
    lines = [describe_finding(finding) for finding in health.new if finding.name not in FAILURE_KINDS]
    for finding in health.healed:
        if finding.is_accepted:
            lines.append(describe_finding(finding._replace(advice="")))
        elif finding.has_left:
            lines.append(f"{escape_for_terminal(finding.site)}: {finding.name}: closed, the site is listed no longer")
        else:
            seen = f"first seen {finding.first_seen:%Y-%m-%d}"
            lines.append(f"{escape_for_terminal(finding.site)}: {finding.name}: as usual again ({seen})")
    if number := len(health.persisting):
        what = count_things(number, "finding lasts", "findings last")
        lines.append(f"{what} (scrapy sites findings lists them).")
    return lines
