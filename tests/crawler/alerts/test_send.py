"""Alerts arrive, by each channel, at real servers on loopback; what fails is one line, and no secret is told."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote_plus

import pytest
from scrapy.settings import Settings
from servers.receivers import PASSWORD, USER, Dripping, DrippingMailbox, Inbox, Mailbox
from servers.secure import write_certificate

from cleaning.errors import BadArgument, LibraryMissing
from crawler import settings as our_settings
from crawler.alerts import check, deadline
from crawler.alerts.check import CHANNELS, check_alerts
from crawler.alerts.mail import MAX_ATTACHED_BYTES
from crawler.alerts.message import MAX_SUBJECT_CHARACTERS, write_message
from crawler.alerts.secrets import SECRETS, hide_secrets
from crawler.alerts.send import TALKATIVE, send_alerts, send_test_alert
from crawler.health.check_health import Health
from storage.nights.findings import Finding

TOKEN = "xoxb-12345-SECRET/token"
HOSTILE = 'no_date *bold* [link](http://x) {{ 7 * 7 }} <b>&amp;</b> "quoted" \x1b[31m @everyone'


def told(
    site: str, name: str, sentence: str = "It gave no article since 28 November; 40 a night are usual."
) -> Finding:
    """Return a finding of a night."""
    first, last = datetime(2026, 11, 28, 2, tzinfo=UTC), datetime(2026, 12, 2, 2, tzinfo=UTC)
    return Finding(site, name, sentence, f"Look at it: scrapy sites check {site}", {"zeros": 4}, first, 3, last, 7)


_NEW, _HEALED = told("herald", "silent"), told("globe", "walls")
BAD_NIGHT = Health(new=(_NEW,), persisting=(told("post", "slow"),), healed=(_HEALED,))


@pytest.fixture(autouse=True)
def _without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SECRETS:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(autouse=True)
def _with_the_levels_of_a_new_process() -> Iterator[None]:
    yield
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with Inbox() as server:
        yield server


def configure(**values: object) -> Settings:
    """Return the settings of a project with these values."""
    settings = Settings()
    settings.setmodule(our_settings, priority="project")
    for name, value in values.items():
        settings.set(name, value, priority="cmdline")
    return settings


def configure_all(inbox: Inbox | Dripping, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Settings:
    """Return the settings of all channels but mail, at one server."""
    scheme, _, host = inbox.url.partition("://")
    monkeypatch.setenv("SPIDERMON_SLACK_SENDER_TOKEN", TOKEN)
    monkeypatch.setenv("SPIDERMON_TELEGRAM_SENDER_TOKEN", TOKEN)
    monkeypatch.setenv("SPIDERMON_DISCORD_WEBHOOK_URL", f"{inbox.url}/discord/{TOKEN}")
    monkeypatch.setenv("SPIDERMON_SENTRY_DSN", f"{scheme}://5ec2e7key@{host}/1")
    monkeypatch.setenv("ALERT_WEBHOOK_URL", f"{inbox.url}/hook?key={TOKEN}")
    return configure(
        ALERTS="slack,telegram,discord,sentry,webhook,file",
        ALERT_SLACK_API=f"{inbox.url}/slack",
        ALERT_TELEGRAM_API=f"{inbox.url}/telegram",
        ALERT_FILE=str(folder / "desk" / "alerts.txt"),
        SPIDERMON_SLACK_RECIPIENTS="#news,C0123",
        SPIDERMON_TELEGRAM_RECIPIENTS="-100200, 7",
    )


def test_a_mail_has_the_findings_the_summary_and_the_report(tmp_path: Path) -> None:
    report = tmp_path / "2026-12-02.html"
    report.write_text("<!doctype html><p>Zürich: 40 of 41", encoding="utf-8")
    with Mailbox() as box:
        settings = configure(
            ALERTS="mail",
            SPIDERMON_SMTP_HOST="127.0.0.1",
            SPIDERMON_SMTP_PORT=str(box.port),
            SPIDERMON_EMAIL_TO="desk@example.org, night@example.org",
        )
        assert send_alerts(settings, BAD_NIGHT, report, summary="site    stored\nherald       0") == ["mail"]
        [(recipients, mail)] = box.mails
    assert recipients == ["desk@example.org", "night@example.org"]
    assert mail["From"] == "desk@example.org"
    assert "1 new: herald silent; 1 healed: globe walls" in mail["Subject"]
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_body(("plain",)).get_content()
    assert "NEW herald: silent" in text
    assert "scrapy sites check herald" in text
    assert "HEALED globe: walls" in text
    assert "told before: 1" in text
    assert "herald       0" in text
    [attachment] = mail.iter_attachments()
    assert attachment.get_filename() == "2026-12-02.html"
    assert "Zürich: 40 of 41" in attachment.get_content()


def test_a_large_report_is_named_and_not_attached(tmp_path: Path) -> None:
    report = tmp_path / "large.html"
    report.write_bytes(b"x" * MAX_ATTACHED_BYTES)
    with Mailbox() as box:
        settings = configure(
            ALERTS="mail",
            SPIDERMON_SMTP_HOST="127.0.0.1",
            SPIDERMON_SMTP_PORT=box.port,
            SPIDERMON_EMAIL_TO="desk@example.org",
        )
        send_alerts(settings, BAD_NIGHT, report)
        [(_, mail)] = box.mails
    assert list(mail.iter_attachments()) == []
    assert str(report) in mail.get_content()


@pytest.mark.parametrize("is_tls", [False, True], ids=["starttls", "tls"])
def test_a_mail_with_a_login_goes_by_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_tls: bool) -> None:
    certificate = write_certificate(tmp_path / "mail.pem")
    monkeypatch.setenv("SPIDERMON_SMTP_PASSWORD", PASSWORD)
    with Mailbox(certificate, is_tls=is_tls) as box:
        settings = configure(
            ALERTS="mail",
            SPIDERMON_SMTP_HOST="127.0.0.1",
            SPIDERMON_SMTP_PORT=box.port,
            SPIDERMON_SMTP_USER=USER,
            SPIDERMON_SMTP_ENFORCE_SSL="1" if is_tls else "0",
            SPIDERMON_SMTP_ENFORCE_TLS="0" if is_tls else "1",
            SPIDERMON_EMAIL_TO="desk@example.org",
        )
        refused = send_test_alert(settings)  # its certificate is not known to this machine
        assert refused.sent == []
        assert "CERTIFICATE_VERIFY_FAILED" in refused.failed["mail"]
        assert box.logins == []  # no password before the certificate is known
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert send_test_alert(settings).sent == ["mail"]
        assert box.logins == [USER.encode()]
        monkeypatch.setenv("SPIDERMON_SMTP_PASSWORD", "another secret")
        failed = send_test_alert(settings).failed["mail"]
        assert "535" in failed
        assert "another secret" not in failed
    assert len(box.mails) == 1
    assert "test alert" in box.mails[0][1]["Subject"]


def test_every_channel_gets_the_alert(
    inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings = configure_all(inbox, monkeypatch, tmp_path)
    night = Health(new=(told("herald", "silent", sentence=HOSTILE),))
    with caplog.at_level(logging.DEBUG):
        sent = send_alerts(settings, night, tmp_path / "report.html")
    assert sent == ["slack", "telegram", "discord", "sentry", "webhook", "file"]
    assert TOKEN not in caplog.text
    by_path = {post.path: post for post in inbox.posts}
    slack = [post for post in inbox.posts if post.path == "/slack/chat.postMessage"]
    assert len(slack) == 2
    assert {post.headers["Authorization"] for post in slack} == {f"Bearer {TOKEN}"}
    shown = unquote_plus(slack[0].body) if isinstance(slack[0].body, str) else slack[0].body["text"]
    assert "{{ 7 * 7 }}" in shown  # no template is made of what a site says
    assert "@everyone" not in shown
    telegram = [post.body for post in inbox.posts if post.path.startswith("/telegram/bot")]
    assert [body["chat_id"] for body in telegram] == ["-100200", "7"]
    assert all("no_date *bold*" in body["text"] and "parse_mode" not in body for body in telegram)
    assert "NEW herald: silent" in by_path[f"/discord/{TOKEN}"].body["content"]
    [envelope] = [post.body for post in inbox.posts if post.path == "/api/1/envelope/"]
    event = json.loads(envelope.splitlines()[2])
    assert event["level"] == "error"
    assert event["fingerprint"] == ["silent", "Broadsheet"]
    assert "NEW herald: silent" in event["message"]
    hook = next(post.body for post in inbox.posts if post.path.startswith("/hook"))
    assert hook["new"][0]["site"] == "herald"
    assert hook["new"][0]["first_seen"] == "2026-11-28T02:00:00+00:00"
    text = (tmp_path / "desk" / "alerts.txt").read_text("utf-8")
    assert "NEW herald: silent" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_channel_that_fails_costs_one_line_and_no_other_channel(
    inbox: Inbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    settings = configure_all(inbox, monkeypatch, tmp_path)
    settings.set("ALERTS", "telegram,discord,sentry,webhook,file", priority="cmdline")
    inbox.status = status
    with caplog.at_level(logging.DEBUG):
        sent = send_alerts(settings, BAD_NIGHT, None)
    assert sent == ["file"]
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert len(warnings) == 4
    assert all("was not sent" in line and "\n" not in line for line in warnings)
    assert "SECRET" not in caplog.text
    assert "5ec2e7key" not in caplog.text


def test_a_server_that_is_not_there_is_one_line_without_the_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Inbox() as gone:
        settings = configure_all(gone, monkeypatch, tmp_path)
    settings.set("ALERTS", ",".join(CHANNELS), priority="cmdline")
    settings.set("SPIDERMON_EMAIL_TO", "desk@example.org", priority="cmdline")
    settings.set("SPIDERMON_SMTP_HOST", "127.0.0.1", priority="cmdline")
    settings.set("SPIDERMON_SMTP_PORT", gone.url.rpartition(":")[2], priority="cmdline")
    delivery = send_test_alert(settings)
    assert delivery.sent == ["file"]
    assert set(delivery.failed) == set(CHANNELS) - {"file"}
    for reason in delivery.failed.values():
        assert len(reason.splitlines()) == 1
        assert "SECRET" not in reason


@pytest.mark.parametrize(
    ("channel", "status"),
    [
        *((channel, None) for channel in ("slack", "telegram", "discord", "sentry", "webhook")),
        ("webhook", 500),
        ("slack", 200),
    ],
)
def test_an_answer_that_drips_holds_no_night_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, channel: str, status: int | None
) -> None:
    monkeypatch.setattr(deadline, "DEADLINE", 1.0)
    with Dripping(status) as server:
        settings = configure_all(server, monkeypatch, tmp_path)
        settings.set("ALERTS", f"{channel},file", priority="cmdline")
        delivery = send_test_alert(settings)
    assert delivery.sent == ["file"]
    # Its thread may still write lines with the token.
    assert not logging.getLogger("urllib3.connectionpool").isEnabledFor(logging.ERROR)
    assert delivery.failed == {channel: "OSError: no whole answer came within 1 s"}


@pytest.mark.parametrize("drips", [False, True], ids=["silent", "drips"])
def test_a_mail_server_that_never_greets_holds_no_night_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, drips: bool
) -> None:
    monkeypatch.setattr(deadline, "DEADLINE", 1.0)
    with DrippingMailbox(drips=drips) as server:
        settings = configure(
            ALERTS="mail,file",
            ALERT_FILE=str(tmp_path / "alerts.txt"),
            SPIDERMON_SMTP_HOST="127.0.0.1",
            SPIDERMON_SMTP_PORT=str(server.port),
            SPIDERMON_EMAIL_TO="desk@example.org",
        )
        delivery = send_test_alert(settings)
    assert delivery.sent == ["file"]
    assert delivery.failed == {"mail": "OSError: no whole answer came within 1 s"}


def test_an_alert_is_sent_when_the_head_of_the_answer_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Dripping(200) as server:
        settings = configure_all(server, monkeypatch, tmp_path)
        settings.set("ALERTS", "webhook", priority="cmdline")
        assert send_test_alert(settings).sent == ["webhook"]


def test_nothing_is_sent_of_what_was_told_before_or_is_muted(tmp_path: Path) -> None:
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    muted = told("herald", "silent")._replace(muted_until=tomorrow)
    settings = configure(ALERTS="file", ALERT_FILE=str(tmp_path / "alerts.txt"))
    for night in (Health(), Health(persisting=(told("post", "slow"),)), Health(new=(muted,), healed=(muted,))):
        assert send_alerts(settings, night, None) == []
    assert not (tmp_path / "alerts.txt").exists()
    assert send_alerts(settings, Health(new=(muted._replace(muted_until=date(2026, 1, 1)),)), None) == ["file"]


def test_without_channels_nothing_is_sent() -> None:
    assert send_alerts(configure(), BAD_NIGHT, None) == []


def test_an_alert_of_very_many_sites_stays_short() -> None:
    night = Health(new=tuple(told(f"paper-{number}\n", "silent") for number in range(500)))
    message = write_message(night, None)
    assert message is not None
    assert len(message.subject) <= MAX_SUBJECT_CHARACTERS
    assert "\n" not in message.subject
    assert "470 more new" in message.text
    assert len(message.shorten_for_chat()) <= 1_900


@pytest.mark.parametrize(
    ("values", "environment", "said"),
    [
        ({"ALERTS": "file,pigeon"}, {}, "pigeon"),
        ({"ALERTS": "mail"}, {}, "SPIDERMON_EMAIL_TO"),
        ({"ALERTS": "slack", "SPIDERMON_SLACK_RECIPIENTS": "#a"}, {}, "SPIDERMON_SLACK_SENDER_TOKEN"),
        ({"SPIDERMON_DISCORD_WEBHOOK_URL": "https://x"}, {}, "in the environment"),
        ({"ALERTS": "mail", "SPIDERMON_EMAIL_TO": "a@b", "SPIDERMON_SMTP_PORT": "smtp"}, {}, "'smtp'"),
        ({"ALERTS": "mail", "SPIDERMON_EMAIL_TO": "a@b", "SPIDERMON_SMTP_ENFORCE_TLS": "perhaps"}, {}, "'perhaps'"),
        ({"ALERTS": "mail", "SPIDERMON_EMAIL_TO": "a@b", "SPIDERMON_SMTP_USER": "a"}, {}, "or none"),
        (
            {
                "ALERTS": "mail",
                "SPIDERMON_EMAIL_TO": "a@b",
                "SPIDERMON_SMTP_USER": "a",
                "SPIDERMON_SMTP_HOST": "mail.example.org",
            },
            {"SPIDERMON_SMTP_PASSWORD": "x"},
            "in clear",
        ),
    ],
)
def test_a_channel_that_is_not_configured_is_refused(
    values: dict[str, str], environment: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(BadArgument, match=said) as refused:
        check_alerts(configure(**values))
    assert "\n" not in str(refused.value)


def test_without_the_extra_one_line_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "find_spec", lambda name: None)
    with pytest.raises(LibraryMissing, match=r"pip install -c constraints.txt -e '\.\[nightly\]'"):
        check_alerts(configure(ALERTS="file"))


def test_no_setting_holds_a_secret(monkeypatch: pytest.MonkeyPatch, inbox: Inbox, tmp_path: Path) -> None:
    settings = configure_all(inbox, monkeypatch, tmp_path)
    send_test_alert(settings)
    assert TOKEN not in json.dumps(settings.copy_to_dict(), default=str)
    assert TOKEN in os.environ["ALERT_WEBHOOK_URL"]


def test_secrets_are_hidden_in_each_form() -> None:
    secrets = {"ALERT_WEBHOOK_URL": "https://chat.example.org/hooks/a b"}
    told = "HTTPSConnectionPool(host='chat.example.org'): url: /hooks/a%20b, https://chat.example.org/hooks/a b"
    assert hide_secrets(told, secrets) == "HTTPSConnectionPool(host='chat.example.org'): url: /(secret), (secret)"
