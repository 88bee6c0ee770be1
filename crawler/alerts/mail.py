"""Sends the mail of an alert by SMTP: the text of the night, and its report as an attachment.

Spidermon's own mail is made with Scrapy's `scrapy.mail`, which is deprecated, needs a running reactor, and takes no
attachment; the names of its settings are kept.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import formatdate, make_msgid, parseaddr
from typing import Any, Self

from spidermon import Action

from crawler.alerts.message import AlertMessage

MAX_ATTACHED_BYTES = 3_000_000  # a larger report is named, and not attached: many servers take no more than 10 MB
_TIMEOUT = 60.0  # seconds between two bytes of an answer; deadline.py bounds the whole


class SendMail(Action):  # type: ignore[misc]  # Spidermon has no types
    """Sends an alert to all addresses of SPIDERMON_EMAIL_TO."""

    def __init__(
        self, settings: Mapping[str, Any], password: str, *, to: list[str], starts_tls: bool, is_tls: bool
    ) -> None:
        super().__init__()
        self._settings = settings
        self._password = password
        self._to = to
        self._starts_tls = starts_tls
        self._is_tls = is_tls

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        settings = crawler.settings
        return cls(
            settings,
            crawler.secrets.get("SPIDERMON_SMTP_PASSWORD", ""),
            to=[address.strip() for address in settings.getlist("SPIDERMON_EMAIL_TO") if address.strip()],
            starts_tls=settings.getbool("SPIDERMON_SMTP_ENFORCE_TLS"),
            is_tls=settings.getbool("SPIDERMON_SMTP_ENFORCE_SSL"),
        )

    def run_action(self) -> None:
        """Send the mail; an OSError or SMTPException tells why it cannot be sent."""
        mail = make_mail(self.data.message, sender=self._settings["SPIDERMON_EMAIL_SENDER"] or self._to[0], to=self._to)
        with self._connect() as server:
            if self._starts_tls:
                server.starttls(context=ssl.create_default_context())
            if user := self._settings["SPIDERMON_SMTP_USER"]:
                server.login(user, self._password)
            refused = server.send_message(mail)
        if refused:  # some of several; of all, it raises
            raise smtplib.SMTPRecipientsRefused(refused)

    def _connect(self) -> smtplib.SMTP:
        host, port = self._settings["SPIDERMON_SMTP_HOST"], int(self._settings["SPIDERMON_SMTP_PORT"])
        try:
            if self._is_tls:
                return smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT, context=ssl.create_default_context())
            return smtplib.SMTP(host, port, timeout=_TIMEOUT)
        except OSError as error:  # which of the two settings is wrong, nobody knows
            raise OSError(f"{host}:{port} (SPIDERMON_SMTP_HOST, SPIDERMON_SMTP_PORT): {error}") from error


def make_mail(message: AlertMessage, *, sender: str, to: list[str]) -> EmailMessage:
    """Return an alert as a mail. A mail reader opens its attachment, the report, in the browser."""
    mail = EmailMessage()
    mail["Subject"] = message.subject
    mail["From"] = sender
    mail["To"] = ", ".join(to)
    mail["Date"] = formatdate()
    mail["Message-ID"] = make_msgid(domain=parseaddr(sender)[1].rpartition("@")[2] or None)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notice in return
    text = message.text
    report = message.report
    is_attached = report is not None and report.is_file() and report.stat().st_size < MAX_ATTACHED_BYTES
    if report is not None and report.is_file() and not is_attached:
        text += f"\n(The report is too large for a mail: {report.stat().st_size:,} bytes.)"
    if message.summary:
        text += f"\n\n{message.summary.rstrip()}"
    mail.set_content(text + "\n")
    if report is not None and is_attached:
        mail.add_attachment(report.read_bytes(), "text", "html", filename=report.name, params={"charset": "utf-8"})
    return mail
