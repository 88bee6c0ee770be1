"""`scrapy sites`: what is known of each site, and the keep rules of a person."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pytest
from crawling import ROOT, run_scrapy
from scrapy.cmdline import execute
from two_papers import BOILERPLATE, REPEATED_ON, STORIES, change_blocks, query, read_tables

from crawler.commands.nights.sites import LIMIT


class Said(NamedTuple):
    status: object
    out: str
    err: str


Sites = Callable[..., Said]


@pytest.fixture
def data(two_papers: Path, tmp_path: Path) -> Path:
    """A copy of the data folder after a crawl of two papers."""
    return Path(shutil.copytree(two_papers, tmp_path / "data"))


@pytest.fixture
def sites(data: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Sites:
    """Runs `scrapy sites ARGUMENTS` on the copy."""
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    monkeypatch.chdir(ROOT)

    def run(*arguments: str) -> Said:
        with pytest.raises(SystemExit) as ended:
            execute(["scrapy", "sites", "-s", f"DATA_DIR={data}", *arguments])
        return Said(ended.value.code, *capfd.readouterr())

    return run


def test_the_list_counts_what_is_known_of_each_site(sites: Sites) -> None:
    said = sites()
    assert (said.status, said.err) == (0, "")
    found = {line.split()[0]: [int(number) for number in line.split()[1:]] for line in said.out.splitlines()[2:]}
    assert set(found) == {"one", "two"}
    articles, learnt_from, repeated, cut_from = found["one"]
    assert (articles, learnt_from) == (STORIES, STORIES)
    assert repeated >= 2  # the chaff, and the link to the front page
    assert cut_from == STORIES  # the link stands beside each of them
    assert found["two"][3] == STORIES  # beside its texts stands nothing but that link


def test_a_site_tells_what_it_repeats_and_on_how_many_articles(sites: Sites) -> None:
    told = json.loads(sites("show", "one", "--json").out)
    (chaff,) = [block for block in told["blocks"] if block["text"] == BOILERPLATE]
    assert chaff == {
        "text": BOILERPLATE,
        "articles": REPEATED_ON,
        "needed": 6,
        "cut": True,
        "keep_rule": False,
        "first_seen": "2025-10-01",
        "last_seen": "2025-10-09",
        "place": "article > p",
    }
    assert told["learnt_from"] == STORIES


def test_a_site_tells_where_its_text_stands(sites: Sites) -> None:
    told = json.loads(sites("show", "two", "--json").out)
    assert [(place["path"], place["articles"], place["share"]) for place in told["places"]] == [
        ("article > p", STORIES, 1.0)
    ]


def test_a_number_in_a_path_is_no_place_of_its_own(sites: Sites, data: Path) -> None:
    numbers = count(100)
    change_blocks(
        data,
        lambda block: (
            replace(block, path=f"article#post-{next(numbers)} > p") if block.path == "article > p" else block
        ),
    )
    told = json.loads(sites("show", "two", "--json").out)
    assert [(place["path"], place["articles"]) for place in told["places"]] == [("article#post-N > p", STORIES)]


def test_a_site_tells_what_the_last_crawl_cut_from_it(sites: Sites, data: Path) -> None:
    cut = {"text": BOILERPLATE, "rule": "repeated_block", "articles": REPEATED_ON}
    told = json.loads(sites("show", "one", "--json").out)["last_crawl"]
    assert told["pages"] == STORIES
    assert cut in told["cut"]
    query(data, "INSERT INTO run (id, spider, started_at, counts) VALUES (2, 'articles', '2026-11-22 08:00:00', '{}')")
    name = query(data, "SELECT article_id FROM block WHERE text = ? ORDER BY 1", BOILERPLATE)[0][0]
    query(data, "UPDATE article SET run_id = 2 WHERE id = ?", name)
    told = json.loads(sites("show", "one", "--json").out)["last_crawl"]
    assert told["pages"] == 1
    assert cut | {"articles": 1} in told["cut"]


def test_all_of_it_is_shown_to_a_person_with_a_line_that_says_how_to_keep_a_block(sites: Sites) -> None:
    said = sites("show", "one")
    assert (said.status, said.err) == (0, "")
    assert f"{REPEATED_ON} of {STORIES}" in said.out
    assert "2025-10-09" in said.out
    assert "article > p" in said.out
    assert "repeated_block" in said.out
    assert said.out.endswith("To keep a block: scrapy sites keep one 'TEXT'\n")


def test_the_limit_is_that_of_the_blocks_that_are_shown(sites: Sites) -> None:
    assert len(json.loads(sites("show", "one", "--json", "--limit", "1").out)["blocks"]) == 1
    assert 1 < len(json.loads(sites("show", "one", "--json").out)["blocks"]) <= LIMIT


def test_nothing_from_a_page_can_move_the_cursor(sites: Sites, data: Path) -> None:
    query(data, "UPDATE site_block SET text = char(27) || '[2J' || char(8238) || 'evil', place = char(27) || '[31m'")
    change_blocks(data, lambda block: replace(block, text="\x9bevil") if block.rule == "repeated_block" else block)
    said = sites("show", "one").out
    assert "evil" in said
    assert not set(said) & {"\x1b", "\x9b", "\u202e"}


def test_a_block_is_kept_and_the_keep_rule_taken_back(sites: Sites, data: Path) -> None:
    before = read_tables(data)
    said = sites("keep", "one", BOILERPLATE.upper())  # as it is told from others
    assert (said.status, said.err) == (0, "")
    assert said.out == (
        f"Will not be cut for being repeated: {BOILERPLATE}\n"
        "The next crawl of one puts it into effect, or: scrapy reclean --site one\n"
    )
    told = json.loads(sites("show", "one", "--json").out)
    assert told["keep_rules"] == [BOILERPLATE]
    assert [(block["cut"], block["keep_rule"]) for block in told["blocks"] if block["text"] == BOILERPLATE] == [
        (False, True)
    ]
    said = sites("keep", "one", BOILERPLATE, "--undo")
    assert (said.status, said.err) == (0, "")
    assert said.out.startswith(f"May be cut again: {BOILERPLATE}\n")
    assert read_tables(data) == before


def test_a_block_may_be_named_by_its_beginning_where_only_one_begins_so(sites: Sites, data: Path) -> None:
    assert BOILERPLATE in sites("keep", "one", BOILERPLATE[:30]).out
    like = "SELECT site, 7, articles, needed, ?, place, first_seen, last_seen FROM site_block WHERE text = ?"
    query(data, f"INSERT INTO site_block {like}", BOILERPLATE[:40] + " else", BOILERPLATE)
    assert "is not known to repeat this" in sites("keep", "one", BOILERPLATE[:30]).err


def test_a_block_that_was_stored_cut_short_is_known_by_what_is_shown_of_it(sites: Sites, data: Path) -> None:
    short = "The words of a long block, " * 5
    query(data, "UPDATE site_block SET fingerprint = 7, text = ? WHERE text = ?", short[:120], BOILERPLATE)
    said = sites("keep", "one", short[:120] + "…")
    assert (said.status, said.err) == (0, "")
    assert query(data, "SELECT site, fingerprint FROM keep_rule") == [("one", 7)]


def test_what_is_not_known_yet_is_noted_with_a_warning(sites: Sites, data: Path) -> None:
    said = sites("keep", "one", "A verse for the day")
    assert said.status == 0
    assert said.err == "scrapy sites: one is not known to repeat this; the rule is stored in case it does\n"
    assert query(data, "SELECT site, text FROM keep_rule") == [("one", "A verse for the day")]


def test_a_keep_rule_is_added_and_removed_once(sites: Sites) -> None:
    assert sites("keep", "one", BOILERPLATE, "--undo").err == "scrapy sites: one has no such keep rule\n"
    sites("keep", "one", BOILERPLATE)
    said = sites("keep", "one", BOILERPLATE)
    assert (said.status, said.err) == (2, "scrapy sites: one has this keep rule already\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["show", "tow"], 'no site "tow" in the store; choose from: two'),
        (["keep", "nowhere", "Some words"], 'no site "nowhere" in the store; choose from: one, two'),
        (["show"], "takes nothing, or one of: show NAME, nights, keep NAME TEXT"),
        (["keep", "one"], "takes nothing, or one of"),
        (["keep", "one", "two", "words"], "takes nothing, or one of"),
        (["hide", "one"], "takes nothing, or one of"),
        (["keep", "one", "12 – 2026"], "the text has no word"),
        (["show", "one", "--limit", "0"], "--limit must be a whole number of at least 1, got '0'"),
        (["--json"], "--json belongs to: scrapy sites show NAME"),
        (["show", "one", "--undo"], "--undo belongs to: scrapy sites keep NAME"),
        (["show", "one", "--bogus"], "there is no option --bogus; scrapy sites --help lists them"),
        (["-s", "DATA_DIR"], "-s takes NAME=VALUE, got 'DATA_DIR'"),
        (["-s", "DATA_DIR=/nowhere"], "there is no database at /nowhere/broadsheet.db"),
    ],
)
def test_what_cannot_be_meant_is_one_line_and_status_2(sites: Sites, words: list[str], message: str) -> None:
    said = sites(*words)
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith(f"scrapy sites: {message}")
    assert said.err.count("\n") == 1


def test_a_site_of_too_few_articles_repeats_nothing_yet(sites: Sites, data: Path) -> None:
    query(data, "DELETE FROM site_memory")
    query(data, "DELETE FROM site_block")
    said = sites("show", "one")
    assert "the memory is learnt from 0" in said.out
    assert "none yet" in said.out
    assert sites().status == 0


def test_the_command_runs_as_a_program(data: Path) -> None:
    done = run_scrapy("sites", data=data)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("site ")
