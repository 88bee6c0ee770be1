"""The actions of Spidermon by which an alert is sent. Each raises an exception if the alert was not taken.

Modules of Spidermon are imported by name, where they are needed: a channel shall not need the packages of another.

Only `send.py` imports this, when an alert is sent: Spidermon comes with the extra `nightly`.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any, Self

import requests
from spidermon import Action

from crawler.alerts.deadline import DEADLINE

_TIMEOUT = 60.0  # seconds between two bytes of an answer; deadline.py bounds the whole
_MAX_READ = 200  # bytes of an answer


class SendToWebhook(Action):  # type: ignore[misc]  # Spidermon has no types
    """Posts the alert as JSON to ALERT_WEBHOOK_URL. Mattermost and others show its `text`."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        return cls(crawler.secrets["ALERT_WEBHOOK_URL"])

    def run_action(self) -> None:
        """Post the alert; an OSError tells that it was not taken."""
        _post(self._url, self.data.message.to_dict())


class AppendToFile(Action):  # type: ignore[misc]
    """Appends the alert to ALERT_FILE, with a line of its subject before it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        settings = crawler.settings
        return cls(Path(settings["ALERT_FILE"] or Path(settings["DATA_DIR"]) / "alerts.txt"))

    def run_action(self) -> None:
        """Append; the folder is made if it does not exist."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as out:
            out.write(f"{self.data.message.subject}\n\n{self.data.message.text}\n\n")


def make_slack_action(crawler: Any) -> Action:
    """Return Spidermon's action for Slack, with our text, at the address of ALERT_SLACK_API."""
    module = import_module("spidermon.contrib.actions.slack")

    class SendToSlack(module.SendSlackMessage):  # type: ignore[misc, name-defined]
        include_attachments = False

        def get_message(self) -> str:
            return str(self.data.message.shorten_for_chat())

    action = SendToSlack.from_crawler(crawler)
    token, base = crawler.secrets["SPIDERMON_SLACK_SENDER_TOKEN"], crawler.settings["ALERT_SLACK_API"]
    action.manager._client = module.WebClient(token, base_url=base)
    return action


def make_telegram_action(crawler: Any) -> Action:
    """Return Spidermon's action for Telegram, with a client that posts plain text: Markdown would refuse `no_date`."""
    module = import_module("spidermon.contrib.actions.telegram")
    token, base = crawler.secrets["SPIDERMON_TELEGRAM_SENDER_TOKEN"], crawler.settings["ALERT_TELEGRAM_API"]
    address = f"{base.rstrip('/')}/bot{token}/sendMessage"

    class Client:
        def send_message(self, message: str, recipient: str) -> None:
            _post(address, {"chat_id": recipient.strip(), "text": message, "disable_web_page_preview": True})

    class SendToTelegram(module.SendTelegramMessage):  # type: ignore[misc, name-defined]
        def get_message(self) -> str:
            return str(self.data.message.shorten_for_chat())

    action = SendToTelegram.from_crawler(crawler)
    action.manager._client = Client()
    return action


def make_discord_action(crawler: Any) -> Action:
    """Return Spidermon's action for Discord, with our text. Its own way of posting takes a redirect for a success."""
    module = import_module("spidermon.contrib.actions.discord")
    address = crawler.secrets["SPIDERMON_DISCORD_WEBHOOK_URL"]

    class Manager:
        def send_message(self, text: str) -> None:
            _post(address, {"content": text, "allowed_mentions": {"parse": []}})

    class SendToDiscord(module.SendDiscordMessage):  # type: ignore[misc, name-defined]
        def get_message(self) -> str:
            return str(self.data.message.shorten_for_chat())

    action = SendToDiscord.from_crawler(crawler)
    action.manager = Manager()
    return action


def make_sentry_action(crawler: Any) -> Action:
    """Return Spidermon's action for Sentry, with the client of today's SDK. It fails if the event is dropped."""
    module = import_module("spidermon.contrib.actions.sentry")
    sdk, transport = import_module("sentry_sdk"), import_module("sentry_sdk.transport")
    dropped: list[str] = []

    class WatchedTransport(transport.HttpTransport):  # type: ignore[misc, name-defined]
        def on_dropped_event(self, _reason: str) -> None:
            dropped.append(_reason)

    class SendToSentry(module.SendSentryMessage):  # type: ignore[misc, name-defined]
        def send_message(self, message: dict[str, Any]) -> None:
            client = sdk.Client(
                dsn=self.sentry_dsn,
                environment=self.environment,
                transport=WatchedTransport,
                default_integrations=False,  # which would catch the errors of the whole process
            )
            alert = self.data.message
            names = {one.name for one in alert.new} | {one.summary for one in alert.troubles}
            scope = sdk.Scope()
            scope.set_extra("findings", message.get("failed_monitors", []))
            event: Any = {
                "message": f"{alert.subject}\n\n{alert.text}",
                "level": "error" if alert.new or alert.troubles else "info",
                "fingerprint": [*sorted(names), self.project_name],
            }
            client.capture_event(event, scope=scope)
            client.close(timeout=2 * DEADLINE)  # it ends without a word when this is over: deadline.py comes first
            if dropped:
                raise OSError(f"Sentry did not take the event ({', '.join(dropped)})")

    return SendToSentry.from_crawler(crawler)


MAKERS: dict[str, Any] = {
    "slack": make_slack_action,
    "telegram": make_telegram_action,
    "discord": make_discord_action,
    "sentry": make_sentry_action,
    "webhook": SendToWebhook.from_crawler,
    "file": AppendToFile.from_crawler,
}


def _post(url: str, document: dict[str, Any]) -> None:
    """Post JSON; raise OSError unless the answer is a success, which a redirect is not.

    Of a failure the first bytes say why; the body of a success is not waited for.
    """
    with requests.post(url, json=document, timeout=_TIMEOUT, allow_redirects=False, stream=True) as response:
        if not 200 <= response.status_code < 300:
            beginning = next(response.iter_content(_MAX_READ), b"")[:_MAX_READ]
            raise OSError(f"the answer was {response.status_code}: {beginning.decode(errors='replace')!r}")
