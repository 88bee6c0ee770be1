"""Pages that try to lead the browser into this machine, and to other hosts."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
from browsing import in_each_browser, needs_chromium
from crawling import FAST, Store, run_scrapy
from guarding import fake_dns
from playwright.async_api import async_playwright
from servers.canary import SECRET, Canary
from servers.escape_page import SPELLINGS, WAYS, make_escape_page, make_escape_worker
from servers.paper import Answer, Paper

pytestmark = needs_chromium
HOME = tuple(part.replace("127.0.0.0/8", "127.0.0.1/32") for part in FAST)  # where the paper is; no canary is
STORY = "/2025/10/01/the-door-that-stayed-shut"


def publish(paper: Paper, port: int, *, spellings: tuple[str, ...] = SPELLINGS) -> None:
    aim, place = f"http://127.0.0.2:{port}/aim", f"127.0.0.2:{port}"
    headers = {
        "Content-Security-Policy-Report-Only": f"img-src 'none'; report-uri {aim}",
        "Reporting-Endpoints": f'default="{aim}"',
        "Link": f"<{aim}>; rel=preload; as=script, <{aim}>; rel=preconnect",
        "SourceMap": aim,
    }
    filled = [spelling.format(host="127.0.0.2", port=port) for spelling in spellings]
    page = make_escape_page("The door that stayed shut all night", aim, place, filled)
    paper.routes[STORY] = Answer(page, headers=headers)
    paper.routes["/away"] = Answer("", 302, {"Location": aim})
    paper.routes["/worker.js"] = Answer(make_escape_worker(aim), headers={"Content-Type": "text/javascript"})
    paper.front(STORY)


@pytest.fixture
def port() -> int:
    with socket.create_server(("127.0.0.2", 0)) as free:
        return int(free.getsockname()[1])


@in_each_browser
def test_more_than_fifty_ways_reach_nothing(
    paper: Paper, data: Path, store: Store, tmp_path: Path, port: int, chromium: Path
) -> None:
    own = paper.url.rsplit(":", 1)[1]
    publish(paper, port)
    sites = tmp_path / "sites.toml"
    sites.write_text(f'[[site]]\nname = "paper"\nurl = "http://paper-press.org:{own}/"\nbrowser = "articles"\n')
    names = {
        "paper-press.org": ["127.0.0.1"],
        "elsewhere.example": ["127.0.0.2"],
        "inner.paper-press.org": ["127.0.0.2"],  # the site's own by its name, but not by its address
        "turning.paper-press.org": ["127.0.0.2", "127.0.0.1", "127.0.0.2"],
    }
    places = [("127.0.0.2", port), ("127.0.0.2", int(own)), ("::1", port)]
    with Canary(*places) as canary, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        datagrams.bind(("127.0.0.2", port))
        datagrams.setblocking(False)
        given = (*HOME, "-s", f"SITES_FILE={sites}", "-s", f"BROWSER_PATH={chromium}")
        done = run_scrapy("crawl", "articles", *given, data=data, fast=False, **fake_dns(names))
        assert done.returncode == 0, done.stderr
        assert canary.touched == []
        with pytest.raises(BlockingIOError):
            datagrams.recv(2_000)
    text = store.texts()[STORY]
    assert SECRET not in text
    assert "root:" not in text
    assert len(WAYS) > 50
    assert "/away" in paper.asked  # the scripts have run


@in_each_browser
def test_a_browser_without_the_guard_is_led_there(paper: Paper, chromium: Path) -> None:
    """Else the test above could not fail."""

    async def visit() -> None:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = await browser.new_page()
            await page.goto(paper.url + STORY, wait_until="commit")
            await asyncio.sleep(4)
            await browser.close()

    with Paper("127.0.0.2") as canary:
        publish(paper, int(canary.url.rsplit(":", 1)[1]), spellings=())  # no name server is asked
        asyncio.run(visit())
        reached = {path for path in canary.asked if path.startswith("/aim/")}
    assert len(reached) > 30, sorted(reached)
