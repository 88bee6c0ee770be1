"""`scrapy explain` as a user calls it, and what it asks of a site."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from socket import socket
from typing import Any

import pytest
from crawling import ROOT, command, environment, run_scrapy
from lxml import html as lxml_html
from prepared_scrapy import run_prepared_on
from scrapy.cmdline import execute
from servers.paper import Answer, Paper, prose
from two_papers import BOILERPLATE, query

Ran = subprocess.CompletedProcess[bytes]
Explain = Callable[..., Ran]
# Loopback needs no pause, and a test has no time for one; and it is let through.
QUICK = ("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_START_DELAY=0", "-s", "ALLOWED_NETWORKS=127.0.0.0/8")
ARTICLE = "/2025/10/01/night-ferry-runs-again"
SEE_ALSO = '<p>See also <a href="/2025/10/02/other">Another ferry story</a></p>'


@pytest.fixture
def explain(data: Path) -> Iterator[Explain]:
    """Runs `scrapy explain ARGUMENTS` to its end; whatever it says, it keeps nothing."""

    def run(*arguments: str, page: bytes | None = None, **env: str) -> Ran:
        line = command("explain", *arguments, *QUICK, data=data)
        if not env:
            return run_prepared_on(page or b"", line, ROOT, environment(), timeout=100)
        return subprocess.run(
            line, cwd=ROOT, env=environment(**env), input=page, capture_output=True, timeout=100, check=False
        )

    yield run
    assert not data.exists()


@pytest.fixture
def page(paper: Paper) -> bytes:
    """A page with one block to cut, also served at ARTICLE."""
    paper.article(ARTICLE, "Night ferry runs again", text=[*prose(1, 4), "</p>" + SEE_ALSO + "<p>"])
    answer = paper.routes[ARTICLE]
    assert isinstance(answer, Answer)
    return str(answer.body).encode()


def one_line(ran: Ran, status: int) -> str:
    """What is said where nothing can be explained: one line, and nothing else."""
    error = ran.stderr.decode()
    assert ran.returncode == status, error
    assert ran.stdout == b""
    assert error.startswith("scrapy explain: ")
    assert error.count("\n") == 1, error
    return error


def test_a_page_of_a_site_is_asked_for_once_and_politely(paper: Paper, explain: Explain, page: bytes) -> None:
    ran = explain(paper.url + ARTICLE, BROADSHEET_CONTACT="desk@paper.example")
    assert (ran.returncode, ran.stderr) == (0, b"")
    told = ran.stdout.decode().splitlines()
    assert told[:2] == ["article", paper.url + ARTICLE]
    assert "- See also Another ferry story" in told
    assert any(line.startswith("-     see_also: ") for line in told)
    assert paper.asked == ["/robots.txt", ARTICLE]
    (agent,) = paper.agents
    assert "+desk@paper.example" in agent


def test_redirects_within_the_site_are_followed_and_the_last_address_is_shown(
    paper: Paper, explain: Explain, page: bytes
) -> None:
    paper.routes["/old"] = Answer("", 301, {"Location": "/older"})
    paper.routes["/older"] = Answer("", 302, {"Location": ARTICLE})
    ran = explain(paper.url + "/old")
    told = " ".join(ran.stdout.decode().split())
    assert told.startswith(f"article {paper.url}{ARTICLE} (redirected from {paper.url}/old) title")


def test_a_redirect_to_another_site_is_not_followed(paper: Paper, explain: Explain) -> None:
    with Paper() as stranger:
        stranger.publish(ARTICLE)
        paper.routes["/away"] = Answer("", 301, {"Location": stranger.url + ARTICLE})
        said = one_line(explain(paper.url + "/away"), 1)
        assert f"redirects to another site, which the crawl does not follow: {stranger.url}{ARTICLE}" in said
        assert stranger.asked == []


@pytest.mark.parametrize(
    ("path", "answer", "said"),
    [
        ("/private/a", Answer("<p>secret</p>"), "robots.txt forbids us to fetch it"),
        ("/gone", Answer("<h1>Gone</h1>", 410), "answers 410 Gone"),
        (
            "/paper",
            Answer(b"%PDF-\x00\x01\x02", headers={"Content-Type": "application/pdf"}),
            "not an HTML page but application/pdf",
        ),
        ("/data", Answer('{"a": 1}', headers={"Content-Type": "application/json"}), "is no HTML page"),
        ("/loop", Answer("", 302, {"Location": "/loop?again"}), "redirects endlessly"),
        ("/\x1b[2Jred", Answer("", 404), "/ [2Jred: its host answers 404 Not Found"),
    ],
)
def test_an_answer_that_is_no_page_is_one_line_and_status_1(
    paper: Paper, explain: Explain, path: str, answer: Answer, said: str
) -> None:
    robots = "User-agent: *\nDisallow: /private/\n"
    paper.routes["/robots.txt"] = Answer(robots, headers={"Content-Type": "text/plain"})
    paper.routes |= {path: answer, "/loop?again": Answer("", 302, {"Location": "/loop"})}
    assert said in one_line(explain(paper.url + path), 1)
    assert "/private/a" not in paper.asked


def test_without_robots_txt_nothing_is_asked(paper: Paper, explain: Explain, page: bytes) -> None:
    paper.routes["/robots.txt"] = Answer("", 503)
    assert "503 Service Unavailable for robots.txt" in one_line(explain(paper.url + ARTICLE), 1)
    assert paper.asked == ["/robots.txt"]


def test_a_host_that_is_down_is_one_line_and_status_1(explain: Explain) -> None:
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/a"
        assert one_line(explain(url), 1) == f"scrapy explain: {url}: its host refuses the connection\n"


def test_ctrl_c_does_not_wait_for_the_site(paper: Paper, page: bytes, data: Path) -> None:
    answer = paper.routes[ARTICLE]
    assert isinstance(answer, Answer)
    answer.before = lambda: time.sleep(20)
    ran = subprocess.Popen(
        command("explain", paper.url + ARTICLE, *QUICK, data=data),
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with ran:
        while ARTICLE not in paper.asked:
            time.sleep(0.02)
        ran.send_signal(signal.SIGINT)
        assert ran.communicate(timeout=10) == ("", "scrapy explain: interrupted\n")
    assert ran.returncode == 130


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "takes one page, got none"),
        (["a.html", "b.html"], "takes one page, got 2 (a.html b.html)"),
        (["--colour", "a.html"], "there is no option --colour"),
        (["nowhere.html"], "there is no file nowhere.html; an address begins with http:// or https://"),
        (["ftp://paper.example/a"], "is not an http(s) address"),
        (["https://"], "is not an http(s) address"),
        (["https://paper.example/a", "--url", "https://paper.example/b"], "--url says where the page in a file stood"),
        (["https://paper.example/a", "--html", "nowhere/why.html"], "there is no folder nowhere"),
        (["README.md", "-s", "CLEANING_DEADLINE=soon"], "CLEANING_DEADLINE"),
        (["https://paper.example/a", "-s", "ALLOWED_NETWORKS=home"], "ALLOWED_NETWORKS"),
        (["-s", "nonsense"], "-s takes NAME=VALUE"),
    ],
)
def test_wrong_use_is_one_line_and_status_2(
    arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    monkeypatch.chdir(ROOT)
    with pytest.raises(SystemExit) as ended:
        execute(["scrapy", "explain", *arguments])
    told = capsys.readouterr()
    assert (ended.value.code, told.out) == (2, "")
    assert told.err.startswith("scrapy explain: ")
    assert told.err.count("\n") == 1
    assert said in told.err


def test_a_file_without_markup_is_wrong_use(explain: Explain) -> None:
    assert "LICENSE is no HTML page" in one_line(explain("LICENSE"), 2)


def test_a_page_on_standard_input_as_json(explain: Explain, page: bytes) -> None:
    ran = explain("-", "--json", "--url", "https://paper.example/a", page=page, PYTHONIOENCODING="ascii")
    assert (ran.returncode, ran.stderr) == (0, b"")
    record = json.loads(ran.stdout.decode("utf-8"))
    assert record["url"] == "https://paper.example/a"
    assert record["sums"]["cuts"]["see_also"] == 1
    (cut,) = [block for block in record["blocks"] if block["rule"] == "see_also"]
    assert cut["links"] == ["https://paper.example/2025/10/02/other"]


def test_standard_input_that_is_closed_or_empty_is_wrong_use(explain: Explain) -> None:
    assert "standard input is empty" in one_line(explain("-", page=b""), 2)


def test_a_web_page_is_written_and_the_rest_said_in_a_line(explain: Explain, page: bytes, tmp_path: Path) -> None:
    source, report = tmp_path / "page.html", tmp_path / "why.html"
    source.write_bytes(page)
    ran = explain(str(source), "--html", str(report))
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert ran.stdout.decode().startswith(f"{report}: article; kept ")
    assert ran.stdout.count(b"\n") == 1
    text = lxml_html.document_fromstring(report.read_text("utf-8")).text_content()
    assert "address unknown" in text
    assert "cut by see_also" in text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["page.html", "why.html"]


def test_a_page_that_is_no_article_is_explained_all_the_same(explain: Explain, tmp_path: Path) -> None:
    source = tmp_path / "page.html"
    source.write_text("<html><body><h1>Night ferry</h1><p>It runs again from Monday on.</p></body></html>")
    ran = explain(str(source))
    assert ran.returncode == 0
    assert ran.stdout.decode().startswith("rejected: too-short, under 150 letters of text")


def test_a_reader_who_stops_early_is_no_error(explain: Explain, page: bytes, tmp_path: Path, data: Path) -> None:
    source = tmp_path / "page.html"
    source.write_bytes(page)
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ran = subprocess.run(
            command("explain", str(source), data=data),
            cwd=ROOT,
            env=environment(),
            stdout=writing,
            stderr=subprocess.PIPE,
            timeout=100,
            check=False,
        )
    finally:
        os.close(writing)
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_a_page_is_explained_as_the_crawl_cleaned_it(two_papers: Path, tmp_path: Path) -> None:
    """An archived page of a crawl: with the memory of its site it gives what is stored, without it does not."""
    ((url, name, offset, text),) = query(
        two_papers,
        "SELECT url, archive_file, archive_offset, text FROM article "
        "WHERE id IN (SELECT article_id FROM block WHERE rule = 'repeated_block' AND text = ?) ORDER BY url LIMIT 1",
        BOILERPLATE,
    )
    sites = tmp_path / "sites.toml"
    sites.write_text(f'[[site]]\nname = "one"\nurl = "{url}"\ntitle = "title"\n')

    def explain_record(*arguments: str) -> dict[str, Any]:
        ran = run_scrapy("explain", *arguments, "--json", "-s", f"SITES_FILE={sites}", data=two_papers)
        assert (ran.returncode, ran.stderr) == (0, "")
        document: dict[str, Any] = json.loads(ran.stdout)
        return document

    def kept(document: dict[str, Any]) -> str:
        return "\n".join(block["text"] for block in document["blocks"] if block["kept"])

    crawled = explain_record(f"{name}:{offset}")
    assert crawled["url"] == url
    assert kept(crawled) == text
    assert crawled["site_memory"].startswith("that of the site “one”, learnt from 12 articles")
    assert crawled["site_rules"] == [
        {"key": "title", "rule": "title", "origin": "sites.toml", "found": 1, "used": True, "problem": None}
    ]
    assert crawled["metadata"]["title"]["source"] == "sites.toml title: title"

    without = explain_record(str(two_papers / "archive" / name), "--url", url, "--no-memory")
    assert BOILERPLATE in kept(without)
    assert without["site_memory"] == "not used, as --no-memory asks"
    other = explain_record(f"{name}:{offset}", "--site", "two")
    assert BOILERPLATE in kept(other)
    assert "that of the site “two”" in other["site_memory"]
