"""A crawl without the address guard ends before it sends a request, and says why."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest
from crawling import FAST, Scrapy, locate_database, run_scrapy
from guarding import fake_dns
from servers.canary import Canary
from servers.paper import Paper
from sqlalchemy import select

from crawler.guard import self_check
from crawler.guard.networks import CANARY
from storage.database.engine import open_database, open_for_reading
from storage.models import Run

OWN = "/2025/10/01/night-ferry-runs-again"
UNGUARDED_RESOLVER = ("-s", "TWISTED_DNS_RESOLVER=scrapy.resolver.CachingThreadedResolver")
DIRECT = "direct_handler.DirectHandler"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (UNGUARDED_RESOLVER, f"{CANARY} was reached over http "),
        (("-s", f'DOWNLOAD_HANDLERS={{"http": "{DIRECT}"}}'), f"{CANARY} was reached over http "),
        (("-s", f'DOWNLOAD_HANDLERS={{"https": "{DIRECT}"}}'), f"{CANARY} was reached over https "),
        (("-s", 'DOWNLOAD_HANDLERS={"https": null}'), f"{CANARY} was not refused over https "),
        (("-s", "HTTPPROXY_ENABLED=True"), "a proxy for http would send our requests"),
        (("-s", "DOWNLOADER_MIDDLEWARES={}"), "DOWNLOADER_MIDDLEWARES lacks GuardMiddleware"),
    ],
)
def test_without_the_guard_a_crawl_sends_no_request(  # case 21 of SECURITY.md
    paper: Paper, data: Path, settings: tuple[str, ...], said: str
) -> None:
    paper.publish(OWN)
    with Canary(("127.0.0.1", 0)) as proxy:
        done = run_scrapy(
            *("crawl", "articles", "-a", f"url={paper.url}/", *FAST, *settings),
            data=data,
            fast=False,
            http_proxy=f"http://127.0.0.1:{proxy.port}",
            no_proxy="",
            **fake_dns({}),
        )
    assert done.returncode == 7, done.stderr
    (line,) = [line for line in done.stderr.splitlines() if "CRITICAL" in line]
    assert "the address guard is not in force, and no request was sent to any site: " + said in line
    assert "Traceback" not in done.stderr
    assert paper.asked == []
    assert proxy.touched == []
    engine = open_database(locate_database(data), create=False)
    with open_for_reading(engine) as connection:
        run = connection.execute(select(Run.__table__)).one()
    engine.dispose()
    assert (run.outcome, run.exit_code) == ("guard_inactive", 7)


def test_the_command_explain_has_the_same_guard(paper: Paper, data: Path) -> None:
    paper.article(OWN, "Night ferry runs again")
    port = paper.url.rsplit(":", 1)[1]
    address = f"http://paper.example:{port}{OWN}"
    names = fake_dns({"paper.example": ["127.0.0.1"]})
    refused = run_scrapy("explain", address, data=data, **names)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == (
        f"scrapy explain: {address}: we fetch nothing from there: paper.example is at 127.0.0.1 (loopback), "
        "which is in no network of ALLOWED_NETWORKS\n"
    )
    literal = run_scrapy("explain", f"http://[::1]:{port}/", data=data, **names)
    assert "we fetch nothing from there: ::1 (loopback), which is in no network" in literal.stderr
    unguarded = run_scrapy("explain", address, "-s", "ALLOWED_NETWORKS=127.0.0.0/8", *UNGUARDED_RESOLVER, data=data)
    assert unguarded.returncode == 1
    assert "the address guard is not in force" in unguarded.stderr
    assert paper.asked == []


def test_a_replay_of_an_archive_needs_no_guard(paper: Paper, scrapy: Scrapy, data: Path) -> None:
    paper.publish(OWN)
    scrapy("crawl", "articles", "-a", f"url={paper.url}/")
    asked = len(paper.asked)
    again = run_scrapy("crawl", "archive", "-a", f"path={data}/archive", *UNGUARDED_RESOLVER, data=data / "again")
    assert again.returncode == 0, again.stderr
    assert "guard" not in again.stderr
    assert len(paper.asked) == asked


def test_without_a_server_on_the_canary_address_the_refusal_is_proof_enough(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(self_check, "CANARY", "192.0.2.1")  # of no machine: as 127.255.255.254 is outside of Linux

    async def port() -> int:
        async with self_check._listen_on_canary([]) as given:
            return given

    with caplog.at_level(logging.WARNING):
        assert asyncio.run(port()) > 0
    assert "the address guard is proved by its refusal alone" in caplog.text
