"""Sends an alert by each channel of ALERTS: what is new, what has healed, a night that did not end; a test."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from crawler.alerts.check import check_alerts, read_channels
from crawler.alerts.message import AlertMessage, write_message, write_test_message
from crawler.alerts.secrets import hide_secrets, read_secrets
from crawler.alerts.trouble import NightTrouble
from crawler.terminal.log import to_one_line

if TYPE_CHECKING:
    from pathlib import Path

    from scrapy.settings import BaseSettings

    from crawler.health.check_health import Health

logger = logging.getLogger(__name__)

# They log addresses with their tokens, at the level DEBUG.
TALKATIVE = ("urllib3", "requests", "slack_sdk", "sentry_sdk", "spidermon")


class Delivery(NamedTuple):
    """The channels by which an alert was sent, and for each other one why not, in one line without secrets."""

    sent: list[str]
    failed: dict[str, str]


def send_alerts(
    settings: BaseSettings,
    health: Health,
    report: Path | None,
    *,
    summary: str = "",
    troubles: Sequence[NightTrouble] = (),
    on_sent: Callable[[str], object] = lambda _: None,
    is_sent: Collection[str] = (),
) -> list[str]:
    """Send what is new in a night, what has healed, and its own troubles; return the channels by which it was sent.

    Nothing is sent if there is none of it, or it is muted. `summary`, a text of the night, stands in a mail. One
    channel comes after the other: `on_sent` is called with each that has taken the alert, before the next is tried; by
    those of `is_sent` it was sent before. A channel that fails costs a warning in the log. Raise a UsageError for
    settings that `check_alerts` refuses.
    """
    check_alerts(settings)
    message = write_message(health, report, summary, troubles)
    if message is None:
        return []
    sent = []
    for channel in read_channels(settings):
        if channel in is_sent:
            sent.append(channel)
            continue
        delivery = _deliver(settings, message, [channel])
        for reason in delivery.failed.values():
            logger.warning("the alert by %s was not sent: %s", channel, reason)
        for each in delivery.sent:
            on_sent(each)
        sent += delivery.sent
    return sent


def send_test_alert(settings: BaseSettings) -> Delivery:
    """Send a test by each channel. Raise a UsageError for settings that `check_alerts` refuses."""
    check_alerts(settings)
    return _deliver(settings, write_test_message(), read_channels(settings))


def _deliver(settings: BaseSettings, message: AlertMessage, channels: Iterable[str]) -> Delivery:
    """Run an action of Spidermon for each of these channels."""
    from spidermon.runners import MonitorRunner  # noqa: PLC0415 (of the extra nightly)

    from crawler.alerts.channels import MAKERS  # noqa: PLC0415 (needs Spidermon)
    from crawler.alerts.deadline import BoundedAction  # noqa: PLC0415
    from crawler.alerts.mail import SendMail  # noqa: PLC0415
    from crawler.alerts.monitors import make_suite  # noqa: PLC0415

    secrets = read_secrets()
    with_secrets = settings.copy()  # only Spidermon's actions see it
    for name, value in secrets.items():
        with_secrets.set(name, value)
    crawler = SimpleNamespace(settings=with_secrets, secrets=secrets)
    actions: dict[str, BoundedAction] = {}
    delivery = Delivery([], {})
    with _silence_libraries(lambda: any(action.is_left for action in actions.values())):
        for channel in channels:
            try:
                actions[channel] = BoundedAction(MAKERS.get(channel, SendMail.from_crawler)(crawler))
            except Exception as error:  # noqa: BLE001 (whatever a library says of a token or an address)
                delivery.failed[channel] = _describe(f"{type(error).__name__}: {error}", secrets)
        # The rest is what Spidermon's actions ask of a crawl of its own.
        rest: dict[str, Any] = {"sc_spider_name": "nightly", "job": None, "spider": None, "stats": {}}
        result = MonitorRunner().run(make_suite(message, actions.values()), message=message, **rest)
    results = result.monitors_finished_action_results
    for channel, done in zip(actions, results, strict=True):
        if done.error:
            delivery.failed[channel] = _describe(done.error, secrets)
        else:
            delivery.sent.append(channel)
    return delivery


def _describe(error: str, secrets: dict[str, str]) -> str:
    """Return the last line of a traceback, or a message, without secrets."""
    lines = error.strip().splitlines() or ["unknown error"]
    return to_one_line(hide_secrets(lines[-1], secrets))


@contextmanager
def _silence_libraries(is_still_used: Callable[[], bool]) -> Iterator[None]:
    """Silence the libraries until this ends; for good if they are still used then, by a thread that was left alone."""
    loggers = [logging.getLogger(name) for name in TALKATIVE]
    before = [each.level for each in loggers]
    for each in loggers:
        each.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        if not is_still_used():
            for each, level in zip(loggers, before, strict=True):
                each.setLevel(level)
