"""Hostile text of a page is harmless wherever it is shown: in a log, at a terminal, on a web page, as a file name."""

from __future__ import annotations

import io
import json
import logging
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from crawling import FAST, Store, run_scrapy
from lxml import html as lxml_html
from scrapy.settings import Settings
from servers.rude import Rude, answer, page

from crawler.terminal.json_log import configure_json_log
from crawler.terminal.log import MAX_MESSAGE_CHARACTERS, keep_log_lines, to_one_line

HOSTILE = "Fire \x1b[31m\x1b]8;;http://evil.example\x07 \u202eeb ot\u2028 </title><script>alert(1)</script> "
HOSTILE += "[bold red]x[/] \x9b2J"
REFERENCES = "".join(f"&#{ord(letter)};" if not letter.isalnum() else letter for letter in HOSTILE)
UNSEEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Collects what a plain handler writes of the records that follow."""
    before = logging.getLogRecordFactory()
    keep_log_lines()
    keep_log_lines()  # twice is as good as once
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s: %(message)s"))
    logger = logging.getLogger("hostile")
    logger.propagate = False
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)
    logging.setLogRecordFactory(before)


def raise_with(text: str) -> None:
    raise ValueError(text)


# Case 36 of SECURITY.md
@pytest.mark.parametrize("text", [HOSTILE, "a\r\nERROR: all is lost", "a\x85b", "\x00", "\ud800", "\u2066x\u2069"])
def test_a_record_is_one_line_whatever_text_a_page_puts_into_it(text: str, log: io.StringIO) -> None:
    logging.getLogger("hostile").warning("cannot read %s of %r", text, text)
    lines = log.getvalue().splitlines()
    assert len(lines) == 1
    assert {unicodedata.category(character) for character in lines[0]}.isdisjoint(UNSEEN)
    assert lines[0].startswith("WARNING: cannot read ")


def test_a_record_in_any_language_stays_as_it_is(log: io.StringIO) -> None:
    logging.getLogger("hostile").warning("Die Fähre “übt” — %s", "東京 \N{MOTOR BOAT} 100 %")
    assert log.getvalue() == "WARNING: Die Fähre “übt” — 東京 \N{MOTOR BOAT} 100 %\n"


def test_a_record_that_is_too_long_is_cut_and_says_so(log: io.StringIO) -> None:
    logging.getLogger("hostile").warning("%s", "x" * 1_000_000)
    assert len(log.getvalue()) < MAX_MESSAGE_CHARACTERS + 100
    assert "1,000,000 characters" in log.getvalue()


def test_a_log_of_json_lines_cuts_a_record_once(log: io.StringIO) -> None:
    configure_json_log(Settings({"LOG_FORMAT": "json"}))
    keep_log_lines()
    logging.getLogger("hostile").warning("%s", "x" * 1_000_000)
    assert "1,000,000 characters" in log.getvalue()


def test_a_traceback_keeps_its_lines_and_nothing_else_of_what_a_page_says(log: io.StringIO) -> None:
    try:
        raise_with(HOSTILE)
    except ValueError:
        logging.getLogger("hostile").exception("a defect")
    lines = log.getvalue().split("\n")
    assert lines[:2] == ["ERROR: a defect", "Traceback (most recent call last):"]
    assert lines[-2].startswith("ValueError: Fire \\x1b[31m")
    assert {unicodedata.category(character) for line in lines for character in line}.isdisjoint(UNSEEN)


def test_a_message_that_does_not_fit_its_arguments_is_left_to_logging(log: io.StringIO) -> None:
    record = logging.getLogRecordFactory()("a", logging.WARNING, "b.py", 1, "%s and %s", ("one",), None)
    assert (record.msg, record.args) == ("%s and %s", ("one",))


def test_invisible_characters_are_written_as_escapes() -> None:
    assert to_one_line("a\nb\x1b\u202e\u200bc\n") == "a\\nb\\x1b\\u202e\\u200bc"


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The data folder of a crawl of pages with hostile titles, and all that the crawl printed."""
    data = tmp_path_factory.mktemp("output") / "data"
    hostile = page("x", head='<meta property="og:site_name" content="../../../x">').replace(">x<", f">{REFERENCES}<")
    stories = {f"story-{number}": answer(hostile) for number in range(2)}
    with Rude() as rude:
        rude.publish(stories)
        rude.publish({"status": answer("", status="999 \x1b[31mno\x07")})  # type: ignore[dict-item]
        rude.front()
        done = run_scrapy("crawl", "articles", "-a", f"url={rude.url}/", *FAST, "-s", "LOG_LEVEL=DEBUG", data=data)
    assert done.returncode == 0
    return data, done.stdout + done.stderr


def test_a_crawl_prints_no_control_characters(crawled: tuple[Path, str]) -> None:
    _, written = crawled
    assert {unicodedata.category(character) for character in written if character != "\n"}.isdisjoint(UNSEEN)


def test_hostile_text_can_be_shown_and_exported_and_names_no_file(crawled: tuple[Path, str], tmp_path: Path) -> None:
    data, _ = crawled
    site = next(iter(Store(data).articles().values())).site
    shown = run_scrapy("sites", "show", site, data=data)
    assert shown.returncode == 0
    assert {unicodedata.category(letter) for letter in shown.stdout if letter != "\n"}.isdisjoint(UNSEEN - {"Cf"})
    # Case 34 of SECURITY.md: no name comes from what a page says; 35: what a page says comes back to the letter
    release = tmp_path / "release"
    assert run_scrapy("export", str(release), data=data).returncode == 0
    files = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    plots = {f"release/plots/{name}.svg" for name in ("languages", "months", "sites", "words")}
    described = {f"release/{name}" for name in ("README.md", "manifest.json", "croissant.json", "CITATION.cff")}
    assert files == {"release/data/articles.jsonl", *described, *plots}
    records = [json.loads(line) for line in (release / "data" / "articles.jsonl").read_bytes().splitlines()]
    stored = Store(data).articles().values()
    kept = {row.url: (row.title, row.text) for row in stored if row.rejected is None and row.duplicate_of is None}
    assert {one["url"]: (one["title"], one["text"]) for one in records} == kept
    card = (release / "README.md").read_text("utf-8")
    assert "<script" not in card
    assert {unicodedata.category(letter) for letter in card if letter != "\n"}.isdisjoint(UNSEEN)


def test_an_explanation_shows_hostile_text_and_runs_nothing(tmp_path: Path) -> None:
    source, target = tmp_path / "page.html", tmp_path / "why.html"
    links = '<p>A <a href="javascript:alert(1)">script</a> and <a href="data:text/html,x">data</a> in a sentence.</p>'
    source.write_text(
        page("x", head='<link rel="canonical" href="javascript:alert(1)">').replace(">x<", f">{REFERENCES}<") + links,
        "utf-8",
    )
    done = run_scrapy("explain", str(source), "--html", str(target), data=tmp_path / "none")
    assert (done.returncode, done.stderr) == (0, "")
    explained = target.read_text("utf-8")
    tree = lxml_html.document_fromstring(explained)
    assert not list(tree.iter("script", "a", "iframe", "form"))
    assert not [
        name for element in tree.iter() for name in element.attrib if name in ("href", "src") or name[:2] == "on"
    ]
    assert {unicodedata.category(letter) for letter in explained if letter != "\n"}.isdisjoint(UNSEEN - {"Cf"})
    at_terminal = run_scrapy("explain", str(source), data=tmp_path / "none").stdout
    assert "[bold red]x[/]" in at_terminal
    assert {unicodedata.category(letter) for letter in at_terminal if letter != "\n"}.isdisjoint(UNSEEN - {"Cf"})
