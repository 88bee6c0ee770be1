"""Refuse a channel of ALERTS that is not configured: before a night begins, not when its alert is due."""

from __future__ import annotations

from importlib.util import find_spec
from ipaddress import ip_address
from typing import TYPE_CHECKING

from cleaning.errors import BadArgument, LibraryMissing, tell_install
from crawler.alerts.secrets import SECRETS, read_secrets

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

# What each channel needs beside its name in ALERTS.
CHANNELS: dict[str, tuple[str, ...]] = {
    "mail": ("SPIDERMON_SMTP_HOST", "SPIDERMON_EMAIL_TO"),
    "slack": ("SPIDERMON_SLACK_SENDER_TOKEN", "SPIDERMON_SLACK_RECIPIENTS"),
    "telegram": ("SPIDERMON_TELEGRAM_SENDER_TOKEN", "SPIDERMON_TELEGRAM_RECIPIENTS"),
    "discord": ("SPIDERMON_DISCORD_WEBHOOK_URL",),
    "sentry": ("SPIDERMON_SENTRY_DSN",),
    "webhook": ("ALERT_WEBHOOK_URL",),
    "file": (),
}
_PACKAGES = {"slack": "slack_sdk", "sentry": "sentry_sdk"}  # beside Spidermon


def read_channels(settings: BaseSettings) -> list[str]:
    """Return the channels that ALERTS names, each once."""
    return list(dict.fromkeys(name.strip() for name in settings.getlist("ALERTS") if name.strip()))


def check_alerts(settings: BaseSettings) -> None:
    """Raise a UsageError for a channel that is unknown or lacks a setting or package, and for a secret as a setting."""
    for name in SECRETS:
        if name in settings:
            raise BadArgument(f"{name} is a secret: set it in the environment, not as a setting, which others can see")
    channels, secrets = read_channels(settings), read_secrets()
    for channel in channels:
        if channel not in CHANNELS:
            raise BadArgument(f"ALERTS names {channel!r}; choose from: {', '.join(CHANNELS)}")
        if find_spec("spidermon") is None or find_spec(_PACKAGES.get(channel, "spidermon")) is None:
            raise LibraryMissing(f"alerts by {channel} need more packages; run: {tell_install('nightly')}")
        for name in CHANNELS[channel]:
            if not (name in secrets or (name not in SECRETS and settings.getlist(name))):
                raise BadArgument(f"ALERTS names {channel!r}, which needs {name} in the environment")
    if "mail" in channels:
        _check_mail(settings, has_password="SPIDERMON_SMTP_PASSWORD" in secrets)


def _check_mail(settings: BaseSettings, *, has_password: bool) -> None:
    port = str(settings["SPIDERMON_SMTP_PORT"])
    if not (port.isdecimal() and 0 < int(port) < 1 << 16):
        raise BadArgument(f"SPIDERMON_SMTP_PORT must be the number of a port, got {port!r}")
    is_encrypted = _read_bool(settings, "SPIDERMON_SMTP_ENFORCE_SSL")
    is_encrypted = _read_bool(settings, "SPIDERMON_SMTP_ENFORCE_TLS") or is_encrypted
    if bool(settings["SPIDERMON_SMTP_USER"]) != has_password:
        raise BadArgument("mail needs both SPIDERMON_SMTP_USER and SPIDERMON_SMTP_PASSWORD in the environment, or none")
    if has_password and not is_encrypted and not _is_own_machine(settings["SPIDERMON_SMTP_HOST"]):
        raise BadArgument(
            "SPIDERMON_SMTP_PASSWORD would be sent in clear; set SPIDERMON_SMTP_ENFORCE_TLS=1 (STARTTLS, mostly port "
            "587) or SPIDERMON_SMTP_ENFORCE_SSL=1 (mostly port 465)"
        )


def _read_bool(settings: BaseSettings, name: str) -> bool:
    try:
        return settings.getbool(name)
    except (ValueError, TypeError):
        raise BadArgument(f"{name} must be 1 or 0, got {settings[name]!r}") from None


def _is_own_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
