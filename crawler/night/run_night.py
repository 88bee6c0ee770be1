"""Runs the steps of a night one after the other, records and tells each, and decides the exit status."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from socket import gethostname
from threading import current_thread, main_thread
from time import monotonic
from types import FrameType
from typing import NamedTuple

from cleaning.errors import BroadsheetError, StorageLost, UsageError
from crawler.alerts.check import read_channels
from crawler.night.budget import CRAWL
from crawler.night.desk import LINES, MACHINE, Desk, StepResult
from crawler.night.steps.alerts import ALERTS, send_night_alerts
from crawler.night.steps.crawl import crawl_sites
from crawler.night.steps.health import HEALTH, tell_health
from crawler.night.steps.release import write_dated_release
from crawler.night.steps.report import REPORT, write_night_report
from crawler.night.steps.retention import RETENTION, is_retention_wanted, prune_what_is_old
from crawler.night.tell import format_duration
from crawler.run.exit_codes import FAILED, FINISHED, INTERRUPTED, NOTHING_TO_DO

logger = logging.getLogger(__name__)

Tell = Callable[[str], None]


class Step(NamedTuple):
    """One step: its name, what does it, and whether a night with these options has it."""

    name: str
    run: Callable[[Desk], StepResult]
    is_wanted: Callable[[Desk], bool] = lambda _: True


STEPS = (
    Step(CRAWL, crawl_sites),
    Step(HEALTH, tell_health),
    Step(REPORT, write_night_report),
    Step("release", write_dated_release, lambda desk: bool(desk.options.release)),
    Step(RETENTION, prune_what_is_old, is_retention_wanted),
    Step(ALERTS, send_night_alerts, lambda desk: bool(read_channels(desk.settings))),
)


def run_night(desk: Desk, tell: Tell) -> int:
    """Run the steps that are left, and return the exit status.

    A step that fails is told, and the next one runs. Where the crawl was interrupted or the storage was lost, the night
    stays open, and the next command goes on with it.
    """
    step = None
    # Where there is no log file, the log stands beside what is printed.
    say = partial(_tell_all, tell=tell, is_logged=bool(desk.settings.get("LOG_FILE")))
    try:
        for step in STEPS:
            done = desk.night.steps.get(step.name, {})
            if LINES in done:
                say(done[LINES])
            elif not step.is_wanted(desk):
                continue
            elif step.name in desk.options.skipped:
                say([f"{step.name}: skipped"])
            else:
                result = _run_step(desk, step)
                say(result.lines)
                if result.ends_here:
                    return result.status
        status = _sum_up(desk)
        desk.change(step=None, ended_at=desk.now(), exit_status=status)
    except KeyboardInterrupt:
        say([f"{step.name if step else CRAWL}: interrupted; start scrapy nightly again to go on"])
        return INTERRUPTED
    except StorageLost as error:
        say([f"{step.name if step else CRAWL}: {error}; start scrapy nightly again to go on"])
        return error.exit_status
    took = format_duration((desk.now() - desk.night.started_at).total_seconds())
    say([f"night {desk.night.id}: done in {took}, exit status {status}"])
    return status


def _run_step(desk: Desk, step: Step) -> StepResult:
    """Run one step and record what it did. A mistake of the user in the crawl ends the night."""
    desk.change(step=step.name)
    began = monotonic()
    try:
        with interrupted_by_signals():
            result = step.run(desk)
    except StorageLost:
        raise
    except UsageError as error:
        if step.name == CRAWL:  # no site was asked, and another try would end in the same way
            desk.change(ended_at=desk.now(), exit_status=error.exit_status)
            raise
        result = StepResult((f"{step.name}: failed: {error}",), FAILED)
    except BroadsheetError as error:
        result = StepResult((f"{step.name}: failed: {error}",), FAILED)
    except Exception as error:  # a defect of one step must not cost the night those after it
        logger.exception("%s failed", step.name)
        what = f"{type(error).__name__}: {error}".strip(": ")
        result = StepResult((f"{step.name}: failed: {what}; the log has the traceback",), FAILED)
    if not result.ends_here:
        seconds = round(monotonic() - began, 1)
        facts = {LINES: list(result.lines), "status": result.status, "seconds": seconds, MACHINE: gethostname()}
        desk.record_step(step.name, facts | result.facts)
    return result


def _sum_up(desk: Desk) -> int:
    """Return the exit status of a night all of whose steps have ended."""
    statuses = {int(step.get("status", 0)) for step in desk.night.steps.values()}
    if NOTHING_TO_DO in statuses:
        return NOTHING_TO_DO
    return FAILED if statuses - {FINISHED} else FINISHED


def _tell_all(lines: Iterable[str], tell: Tell, *, is_logged: bool) -> None:
    for line in lines:
        if is_logged:
            logger.info("%s", line)
        tell(line)


@contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """Turn Ctrl-C and SIGTERM into KeyboardInterrupt.

    A crawl sets handlers of its own while it runs. After it they would stop a reactor that is gone. In a thread, as of
    the worker of a fleet, signals are the matter of its process.
    """
    if current_thread() is not main_thread():
        yield
        return

    def interrupt(number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt(number)

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
