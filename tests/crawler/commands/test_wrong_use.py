"""A user's mistake is one clear line and exit status 2, and nothing is asked of any site."""

from __future__ import annotations

from pathlib import Path

import pytest
from crawling import Scrapy


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["articles", "-a", "url=not a url"], '"not" is not an address'),
        (["articles", "-a", "url=example.org"], "did you mean https://example.org"),
        (["articles", "-a", "url=ftp://example.org/"], "ftp"),
        (["articles", "-a", "site=nowhere"], "nowhere"),
        (["articles", "-a", "url=http://127.0.0.1:9/", "-a", "limit=none"], "limit="),
        (["articles", "-a", "url=http://127.0.0.1:9/", "-a", "since=yesterday"], "YYYY-MM-DD"),
        (["articles", "-a", "url=http://127.0.0.1:9/", "-a", "site=x"], "not both"),
        (["articles", "-a", "url="], "is empty"),
        (["articles", "-a", "url=http://127.0.0.1:9/", "--demo"], "not both"),
        (["articles", "-a", "url=http://127.0.0.1:9/", "-a", "since=2999-01-01"], "a date in the past"),
        (["articles", "-a", "url"], "NAME=VALUE"),
        (["articles", "-a", "url=http://127.0.0.1:9/a/ http://127.0.0.1:9/b/"], "two addresses are on one host"),
        (["articles", "-a", "url=http://127.0.0.1:9/", "-s", "REPLAY_AT_ONCE=-3"], "REPLAY_AT_ONCE"),
        (["articles", "-a", "url=http://127.0.0.1:9/", "-s", "CLEANING_DEADLINE=soon"], "CLEANING_DEADLINE"),
        (["articles", "-a", "url=http://127.0.0.1:9/", "-s", "PROGRESS_INTERVAL=0"], "PROGRESS_INTERVAL"),
        (["articles", "-a", "color=red"], "unknown argument 'color' of 'articles'; choose from: limit"),
        (["weather"], "no spider 'weather'"),
        (["archive"], "-a path="),
        (["archive", "-a", "path=nowhere.warc.gz"], "no WARC file"),
        (["archive", "-a", "path=pyproject.toml"], "is not a WARC file"),
        (
            ["articles", "-s", "SITES_FILE=nowhere.toml"],
            "nowhere.toml does not exist; copy sites.example.toml to nowhere.toml",
        ),
        (["articles", "-s", "SITES_FILE=sites.example.toml"], "lists no site"),
        (["articles", "-a", "url=http://127.0.0.1:9/", "-s", "DATABASE_URL=nonsense"], "DATABASE_URL"),
    ],
)
def test_one_line_and_exit_status_2(
    scrapy: Scrapy, data: Path, tmp_path: Path, arguments: list[str], said: str
) -> None:
    sites = tmp_path / "sites.toml"
    sites.write_text('[[site]]\nname = "one"\nurl = "http://127.0.0.1:9/"\n')
    done = scrapy("crawl", *([] if "-s" in arguments else ["-s", f"SITES_FILE={sites}"]), *arguments)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert done.stderr.startswith("scrapy crawl: ")
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('[[site]]\nname = "one"\nurl = "http://x.example/"\ndelay = "fast"\n', "line 4"),
        ('[[site]]\nname = "one"\n', "url"),
        ('[[site]]\nname = "a"\nurl = "http://x.example/"\n[[site]]\nname = "b"\nurl = "http://x.example"\n', "line 6"),
        ('[[site]]\nname = "one\n', "line 2"),
        ('[[site]]\nname = "one"\nurl = "http://x.example/"\ncolour = "red"\n', "colour"),
    ],
)
def test_a_malformed_sites_toml_names_the_key_and_the_line(
    scrapy: Scrapy, tmp_path: Path, toml: str, said: str
) -> None:
    sites = tmp_path / "sites.toml"
    sites.write_text(toml)
    done = scrapy("crawl", "articles", "-s", f"SITES_FILE={sites}")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert said in done.stderr


def test_a_data_folder_that_cannot_be_written(scrapy: Scrapy, data: Path) -> None:
    data.write_text("a file where the folder should be")
    done = scrapy("crawl", "articles", "-a", "url=http://127.0.0.1:9/")
    assert done.returncode == 2
    assert "cannot write to the data folder" in done.stderr
    assert done.stderr.count("\n") == 1
