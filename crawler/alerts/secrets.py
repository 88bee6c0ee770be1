"""Tokens and passwords of alerts: they come from the environment alone, and are in no log, setting or store."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from urllib.parse import quote

# Each can be used by whoever reads it: the address of a webhook, too, is all that it takes to post there.
SECRETS = (
    "SPIDERMON_SMTP_PASSWORD",
    "SPIDERMON_SLACK_SENDER_TOKEN",
    "SPIDERMON_TELEGRAM_SENDER_TOKEN",
    "SPIDERMON_DISCORD_WEBHOOK_URL",
    "SPIDERMON_SENTRY_DSN",
    "ALERT_WEBHOOK_URL",
)
_HIDDEN = "(secret)"


def read_secrets() -> dict[str, str]:
    """Return the secrets that the environment holds, by name."""
    return {name: value for name in SECRETS if (value := os.environ.get(name, "").strip())}


def hide_secrets(text: str, secrets: Mapping[str, str]) -> str:
    """Return the text without the secrets, in whatever form an error message may quote them."""
    for form in sorted(_list_forms(secrets.values()), key=len, reverse=True):
        text = text.replace(form, _HIDDEN)
    return text


def _list_forms(secrets: Iterable[str]) -> set[str]:
    forms = set()
    for secret in secrets:
        _, _, behind_scheme = secret.partition("://")
        path = behind_scheme.partition("/")[2]
        # A library may quote an address without its host. A path of a few letters is no secret, but a part of words.
        parts = {secret, behind_scheme, *({path} if len(path) > 5 else ())}
        for part in filter(None, parts):
            forms |= {part, quote(part), quote(part, safe=""), repr(part)[1:-1]}
    return forms
