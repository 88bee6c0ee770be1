"""`scrapy search`: what a person at a shell types, and what is printed."""

from __future__ import annotations

import argparse
import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from crawling import run_scrapy
from sqlalchemy import text, update

from cleaning.records.article import Article
from cleaning.records.block import Block
from crawler.command_line.search_words import join_words, set_exclusions_aside
from storage import runs
from storage.articles import saving
from storage.database.engine import make_database_url, open_database
from storage.models import StoredArticle

NIGHT = datetime(2026, 11, 20, 2, tzinfo=UTC)
EVIL = "\x1b[2Jevil ferry \u202e\x9b31m"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of an article, its duplicate, one on another site, and a rejected page."""
    folder = tmp_path_factory.mktemp("search") / "data"
    folder.mkdir()
    engine = open_database(make_database_url(folder, None))
    with engine.begin() as connection:
        run = runs.begin(connection, spider="articles", now=NIGHT)

        def save(site: str, name: str, days: int, *blocks: str, **more: Any) -> str:
            values = {"title": f"Headline of {name}", "language": "en", "cleaner_version": "1"}
            article = Article(
                f"https://{site}.example/{name}",
                published_at=NIGHT - timedelta(days=days),
                blocks=tuple(map(Block, blocks)),
                **values | more,
            )
            saving.save_article(connection, article, site=site, run=run, fetched_at=NIGHT, location=None)
            return saving.make_article_id(article.url)

        first = save("herald", "ferry", 3, "The night ferry runs again from June.", "So the council said.")
        copy = save("courier", "ferry", 2, "The night ferry runs again from June.")
        connection.execute(update(StoredArticle).where(StoredArticle.id == copy).values(duplicate_of=first))
        save("courier", "storm", 1, EVIL, "A storm at night.", title=EVIL)
        save("courier", "wall", 1, "The ferry is for subscribers.", rejected="paywall")
        save("gazette", "faehre", 9, "Die Fähre fährt nachts.", language="de")
    engine.dispose()
    return folder


def find(data: Path, *arguments: str) -> list[dict[str, Any]]:
    done = run_scrapy("search", *arguments, "--json", data=data)
    assert (done.returncode, done.stderr) == (0, "")
    return [json.loads(line) for line in done.stdout.splitlines()]


def find_urls(data: Path, *arguments: str) -> list[str]:
    return [hit["url"].removeprefix("https://") for hit in find(data, *arguments)]


def test_the_hits_are_printed_with_the_passage_that_shows_them(data: Path) -> None:
    done = run_scrapy("search", "ferry", "--order", "newest", data=data)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "[2Jevil ferry �31m",
        "  courier  2026-11-19  https://courier.example/storm",
        "  [2Jevil ferry �31m A storm at night.",
        "",
        "Headline of ferry",
        "  herald  2026-11-17  https://herald.example/ferry",
        "  The night ferry runs again from June. So the council said.",
        "",
        "2 hits",
    ]
    done = run_scrapy("search", "ferry", "--limit", "1", data=data)
    assert done.stdout.splitlines()[-1] == "the best hit; --limit shows more"
    done = run_scrapy("search", "submarine", data=data)
    assert (done.returncode, done.stdout, done.stderr) == (0, "nothing found\n", "")


def test_a_hit_as_json_says_where_the_words_stand(data: Path) -> None:
    (hit,) = find(data, "night ferry", "--site", "HERALD")
    assert hit["id"] == saving.make_article_id("https://herald.example/ferry")
    assert (hit["title"], hit["published_at"], hit["language"]) == ("Headline of ferry", "2026-11-17T02:00:00Z", "en")
    assert [hit["snippet"][start:end] for start, end in hit["snippet_hits"]] == ["night ferry"]
    assert (hit["title_hits"], hit["duplicate_of"], hit["rejected"]) == ([], None, None)


def test_words_are_typed_as_in_a_shell(data: Path) -> None:
    assert find_urls(data, "ferry", "-storm") == ["herald.example/ferry"]
    assert find_urls(data, "-storm", "ferry") == ["herald.example/ferry"]
    assert find_urls(data, "ferry", "-house") != []
    assert find_urls(data, "ferry night") == []
    assert find_urls(data, "ferry", "night", "--site", "herald") == ["herald.example/ferry"]
    assert find_urls(data, 'night "again from june"') == ["herald.example/ferry"]
    assert find_urls(data, "ferry", "-again from") == ["courier.example/storm"]
    assert find_urls(data, "FAHR*") == ["gazette.example/faehre"]


def test_the_filters_choose_the_hits(data: Path) -> None:
    assert find_urls(data, "ferry", "--site", "courier", "--duplicates", "--order", "newest") == [
        "courier.example/storm",
        "courier.example/ferry",
    ]
    assert find_urls(data, "ferry", "--rejected", "--until", "2026-11-19", "--since", "2026-11-19", "-storm") == [
        "courier.example/wall"
    ]
    assert find_urls(data, "nacht*", "--language", "DE") == ["gazette.example/faehre"]
    assert find_urls(data, "night*", "--language", "de") == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name the words to search for, like: scrapy search ferry strike"),
        (["-ferry"], "'-ferry' excludes words, but names none to find; a search is like: climate -summit"),
        (["???"], "'???' has no word in it; a search is like: climate -summit"),
        (["f*"], "f* would find too many words: at least 2 letters must stand before *"),
        (["ferry", "--order", "oldest"], "--order must be best or newest, got 'oldest'"),
        (["ferry", "--limit", "0"], "--limit must be a whole number of at least 1, got '0'"),
        (["ferry", "--language", "english"], "--language must be a code like en or pt-br, got 'english'"),
        (
            ["ferry", "--since", "2026-12-02", "--until", "2026-12-01"],
            "--until 2026-12-01 is before --since 2026-12-02",
        ),
        (["ferry", "--site", "heral"], 'no site "heral" in the store; choose from: herald, courier, gazette'),
        (['"night ferry'], "the quotation mark before 'night ferry' is not closed by another \""),
    ],
)
def test_wrong_use_is_one_line(data: Path, arguments: list[str], said: str) -> None:
    done = run_scrapy("search", *arguments, data=data)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"scrapy search: {said}\n")


def test_a_store_whose_articles_wait_for_their_index_says_so(data: Path, tmp_path: Path) -> None:
    older = tmp_path / "data"
    older.mkdir()
    (older / "broadsheet.db").write_bytes((data / "broadsheet.db").read_bytes())
    engine = open_database(make_database_url(older, None))
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM search_entry"))
        connection.execute(text("INSERT INTO search_backlog (article_id) SELECT id FROM article"))
    engine.dispose()
    done = run_scrapy("search", "ferry", data=older)
    assert (done.returncode, done.stdout) == (0, "nothing found\n")
    assert done.stderr == (
        "scrapy search: 5 stored pages are not in the index yet and cannot be found; index them: scrapy db upgrade\n"
    )


def test_arguments_with_spaces_are_phrases_unless_they_hold_a_search() -> None:
    assert join_words(["sea level", "rise"], []) == '"sea level" rise'
    assert join_words(["climat* summit", "a -b", 'x "y z"'], ["-sea ice", "-wet"]) == (
        'climat* summit a -b x "y z" -"sea ice" -wet'
    )


def test_only_words_are_set_aside_and_options_stay() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("-s", action="append")
    parser.add_argument("--limit")
    excluded = set_exclusions_aside(parser)
    opts, words = parser.parse_known_args(["one", "-storm", "-s", "A=1", "-sB=2", "--limit", "3", "--", "-h", "two"])
    assert (opts.s, opts.limit, words, excluded) == (["A=1", "B=2"], "3", ["one", "two"], ["-storm", "-h"])


def test_at_a_terminal_the_hits_are_highlighted(data: Path) -> None:
    command = "scrapy search ferry --site herald"
    done = subprocess.run(
        ["script", "-qec", f"{command} -s DATA_DIR={data}", "/dev/null"],
        cwd=Path(__file__).parents[3],
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    assert "\x1b[1;33mferry\x1b[0m" in done.stdout


def _environment() -> dict[str, str]:
    from crawling import SCRAPY, environment

    env = environment(TERM="xterm-256color")
    return env | {"PATH": f"{Path(SCRAPY).parent}:{env.get('PATH', '/usr/bin:/bin')}"}
