"""`scrapy sites check`: what of a site broke since it was added, with the line to change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from crawling import run_scrapy
from nights import let_a_night_pass
from servers.paper import Answer, Paper, prose
from surveys import STORIES, add_feed, add_sitemap, publish, run_sites

from storage.database.locks import claim_data_folder

SHELL = '<!doctype html><html><head><script src="/app.js"></script></head><body><div id="app"></div></body></html>'


def write_entry(folder: Path, paper: Paper, *lines: str) -> None:
    """Write a sites.toml whose fifth line is the first of `lines`."""
    head = ("# ours", "[[site]]", 'name = "harbour"', f'url = "{paper.url}/"')
    (folder / "sites.toml").write_text("".join(f"{line}\n" for line in (*head, *lines)))


def check(folder: Path, *arguments: str, status: int = 1) -> list[dict[str, Any]]:
    done = run_sites("check", "--json", *arguments, folder=folder)
    assert done.returncode == status, done.stdout + done.stderr
    assert done.stderr == ""
    (site,) = json.loads(done.stdout)["sites"]
    troubles: list[dict[str, Any]] = site["troubles"]
    return troubles


def test_a_site_that_works_is_well(tmp_path: Path) -> None:
    with Paper() as paper:
        publish(paper)
        add_feed(paper, "/rss.xml")
        write_entry(tmp_path, paper, 'feeds = ["/rss.xml"]')
        done = run_sites("check", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, "harbour: all well; 10 of 10 pages are articles\n"), done.stderr


def test_lists_that_are_gone_or_moved_are_told_with_the_line_that_is_to_stand_there(tmp_path: Path) -> None:
    with Paper() as paper:
        publish(paper, head='<link rel="alternate" type="application/rss+xml" href="/new.rss">')
        add_feed(paper, "/new.rss")
        add_feed(paper, "/moved/here.rss", STORIES[:6])
        paper.routes["/old.rss"] = Answer("", 301, {"Location": "/moved/here.rss"})
        paper.routes["/sports/"] = Answer("<h1>Gone</h1>", 410)
        add_sitemap(paper, "/map.xml", [])
        write_entry(
            tmp_path,
            paper,
            'feeds = ["/old.rss",',
            '  "/dead.rss"]',
            'sections = ["/sports/"]',
            'sitemaps = ["/map.xml"]',
        )
        found = check(tmp_path, "harbour")
        told = run_sites("check", folder=tmp_path).stdout
    assert [(one["name"], one["line"], one["change"]) for one in found] == [
        ("feed-moved", 5, 'feeds = ["/moved/here.rss", "/dead.rss"]'),
        ("feed-gone", 6, 'feeds = ["/old.rss", "/new.rss"]'),
        ("sitemap-empty", 8, "sitemaps = []"),
        ("section-gone", 7, "sections = []"),
    ]
    file = tmp_path / "sites.toml"
    assert told.startswith("harbour: 4 to look at; 10 of 10 pages are articles\n")
    gone = f"its feed {paper.url}/dead.rss is gone (http-404); the site names {paper.url}/new.rss now; write"
    assert f'  feed-gone: {file}, line 6: {gone}\n    feeds = ["/old.rss", "/new.rss"]\n' in told


def test_a_feed_that_fell_silent_is_told(tmp_path: Path) -> None:
    stories = [f"/2025/12/{day:02}/story-of-the-day-number-{day}" for day in range(1, 12)]
    with Paper() as paper:
        publish(paper, stories)
        add_feed(paper, "/old.rss", STORIES)
        write_entry(tmp_path, paper, 'feeds = ["/old.rss"]')
        (found,) = check(tmp_path)
    assert (found["name"], found["line"], found["change"]) == ("feed-dead", 5, "feeds = []")
    assert "its newest article is of 2025-10-12, that of the site of 2025-12-11" in found["sentence"]


@pytest.mark.parametrize("trouble", ["robots", "javascript", "wall", "moved", "no-address", "dead", "new-template"])
def test_what_a_site_became_is_named(trouble: str, tmp_path: Path) -> None:
    with Paper() as paper:
        publish(paper)
        write_entry(tmp_path, paper)
        crawl = run_scrapy("crawl", "articles", "-s", f"SITES_FILE={tmp_path / 'sites.toml'}", data=tmp_path / "data")
        assert crawl.returncode == 0, crawl.stderr
        let_a_night_pass(tmp_path / "data")
        match trouble:
            case "robots":
                publish(paper, robots="Disallow: /\n")
            case "javascript":
                paper.routes |= dict.fromkeys(STORIES, Answer(SHELL))
            case "wall":
                consent = "".join(f"<p>{paragraph}</p>" for paragraph in prose("consent"))
                paper.routes |= dict.fromkeys(
                    STORIES, Answer(f"<html lang=en><body><h1>Consent</h1>{consent}</body></html>")
                )
            case "moved":
                paper.routes["/"] = Answer("", 301, {"Location": "http://127.0.0.9:1/"})
            case "no-address":
                paper.routes["/"] = Answer(
                    "<html><body><p>Nothing is printed here for the time being.</p></body></html>"
                )
            case "dead":
                paper.routes["/"] = Answer("", 500)
            case "new-template":
                for story in STORIES:
                    text = "".join(f"<p>{paragraph}</p>" for paragraph in prose(f"teasers of {story}"))
                    paper.article(story, "All the news that there is", text=[text])
        found = check(tmp_path)
    names = [one["name"] for one in found]
    assert names[0] == trouble, found
    assert len(names) == 1
    assert (found[0]["line"] is None) is (trouble in ("dead", "robots"))  # which no line of sites.toml mends
    changes = {"moved": 'url = "http://127.0.0.9:1/"', "javascript": 'browser = "articles"'}
    assert found[0]["change"] == changes.get(trouble)


def test_nothing_is_asked_of_a_host_on_hold(tmp_path: Path) -> None:
    with Paper() as paper:
        publish(paper)
        paper.routes["/"] = Answer("", 503, {"Retry-After": "7200"})
        write_entry(tmp_path, paper)
        run_scrapy("crawl", "articles", "-s", f"SITES_FILE={tmp_path / 'sites.toml'}", data=tmp_path / "data")
        asked = len(paper.asked)
        (found,) = check(tmp_path)
        (tmp_path / "sites.toml").unlink()
        added = run_sites("add", paper.url, folder=tmp_path)
        assert len(paper.asked) == asked
    assert added.returncode == 1
    assert added.stderr.startswith(
        f"scrapy sites: {paper.url}/: its host asks for time, so nothing was asked: 127.0.0.1:"
    )
    assert found["name"] == "on-hold"
    assert "(retry-after)" in found["sentence"]


def test_a_host_that_refuses_connections_is_told_as_such_with_its_last_page_and_no_line(tmp_path: Path) -> None:
    with Paper() as paper:
        publish(paper)
        write_entry(tmp_path, paper)
        words = ("crawl", "articles", "-s", f"SITES_FILE={tmp_path / 'sites.toml'}")
        run_scrapy(*words, data=tmp_path / "data")
    let_a_night_pass(tmp_path / "data")
    run_scrapy(*words, data=tmp_path / "data")
    (found,) = check(tmp_path)
    assert (found["name"], found["line"]) == ("on-hold", None)
    assert found["sentence"].startswith("its host refuses the connection (the last page of it came on 20")
    assert found["advice"].startswith("nothing in its entry mends that, unless the newspaper has moved; ")
    shown = run_sites("check", folder=tmp_path)
    assert "sites.toml, line" not in shown.stdout


def test_a_name_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "sites.toml").write_text('[[site]]\nname = "one"\nurl = "https://one.example/"\n')
    done = run_sites("check", "two", folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == 'scrapy sites: no site "two" in the list of sites; choose from: one\n'


def test_no_host_is_asked_beside_a_crawl(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    with Paper() as paper:
        write_entry(tmp_path, paper)
        with claim_data_folder(data):
            done = run_sites("check", folder=tmp_path)
        assert paper.asked == []
    assert (done.returncode, done.stdout) == (2, "")
    told = f"a crawl is using the data folder {data}; wait for it, so that no host is asked by both"
    assert done.stderr == f"scrapy sites: {told}\n"


def test_a_rule_of_the_entry_that_finds_nothing_is_told(tmp_path: Path) -> None:
    with Paper() as paper:
        publish(paper)
        write_entry(tmp_path, paper, 'title = "h1.headline-of-old"')
        (found,) = check(tmp_path)
    assert (found["name"], found["line"]) == ("rule-unmatched", 2)
    assert "h1.headline-of-old" in found["sentence"]
