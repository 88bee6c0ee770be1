"""Tells what is odd about the night of each site.

The end of the crawl has judged it; after a kill it is judged here.
"""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from crawler.health.check_health import Health, check_health, load_health
from crawler.health.describe import describe_finding
from crawler.night.desk import Desk, StepResult
from crawler.run.exit_codes import FAILED, FINISHED
from crawler.terminal.numbers import count_things, join_some
from storage.models import Run, StoredSiteNight
from storage.nights.series import SPIDER, record_night

HEALTH = "health"
_MOST_LINES = 20  # findings of a kind; after a change of the network every site may have one


def tell_health(desk: Desk) -> StepResult:
    """Tell what is new, what lasts and what has healed. Status 1 if something is new that is not muted."""
    if desk.night.run_id is None:
        return StepResult((f"{HEALTH}: not known, because nothing was crawled",))
    health = load_night_health(desk, desk.night.run_id)
    if health is None:
        return StepResult((f"{HEALTH}: not known, because the crawl did not end",), FAILED)
    lines = [f"{HEALTH}: {_sum_up(health)}"]
    for word, findings in (("new", health.new), ("healed", health.healed)):
        told = (
            describe_finding(finding._replace(advice=finding.advice if word == "new" else "")) for finding in findings
        )
        lines += [f"  {word}: {line}" for line, _ in zip(told, range(_MOST_LINES), strict=False)]
        if len(findings) > _MOST_LINES:
            lines.append(f"  and {len(findings) - _MOST_LINES} more {word} (scrapy sites findings lists them)")
    return StepResult(tuple(lines), FAILED if health.new else FINISHED)


def load_night_health(desk: Desk, run: int) -> Health | None:
    """Return what was found of the run; where a kill came before it was judged, judge it now.

    Return None for a run that was killed before its numbers were stored: there is nothing to judge.
    What the earlier runs of a night that was interrupted found has not been told yet: it is new.
    """
    with desk.engine.begin() as connection:
        if connection.execute(select(Run.ended_at).where(Run.id == run)).scalar_one() is None:
            return None
        if not connection.execute(select(StoredSiteNight.site).where(StoredSiteNight.run_id == run).limit(1)).first():
            record_night(connection, run)
            check_health(connection, run)
        return load_health(connection, run, since=_find_first_run(connection, desk))


def _find_first_run(connection: Connection, desk: Desk) -> int | None:
    question = select(func.min(Run.id)).where(Run.spider == SPIDER, Run.started_at >= desk.night.started_at)
    found: int | None = connection.execute(question).scalar()
    return found


def _sum_up(health: Health) -> str:
    lasting = "lasts" if len(health.persisting) == 1 else "last"
    kinds = (("new", health.new), (lasting, health.persisting), ("healed", health.healed), ("muted", health.muted))
    counts = []
    for word, findings in kinds:
        if findings:
            named = join_some(f"{finding.site} {finding.name}" for finding in findings)
            counts.append(f"{count_things(len(findings), 'finding')} {word} ({named})")
    return "; ".join(counts) or "nothing odd"
