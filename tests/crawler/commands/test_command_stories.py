"""`scrapy stories`: which articles are one story, and what was changed in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from crawling import ROOT, run_scrapy
from scrapy.cmdline import execute
from sqlalchemy import make_url, update

from cleaning.records.article import Article
from cleaning.records.block import Block
from storage import runs
from storage.articles import saving
from storage.articles.clusters import StoryFilter, count_copies, iter_clusters
from storage.articles.saving import make_article_id
from storage.database.engine import make_database_url, open_database, open_for_reading
from storage.models import StoredArticle

NIGHT = datetime(2026, 11, 20, 2, tzinfo=UTC)
FERRY = "The night ferry runs again from June, the council said on Monday."
EVIL = "\x1b[2Jevil\u202e\x9b31m"


class Said(NamedTuple):
    status: object
    out: str
    err: str


Stories = Callable[..., Said]


def address(site: str, name: str) -> str:
    return f"https://{site}.example/{name}"


def fill(url: Any) -> None:
    """A story of four on three sites, one of two by an earlier Broadsheet, one alone, a paywall."""
    engine = open_database(url)
    with engine.begin() as connection:
        run = runs.begin(connection, spider="articles", now=NIGHT)

        def kept(site: str, name: str, hours: float, night: int = 0, **more: Any) -> str:
            values: dict[str, Any] = {"title": f"Headline of {name}", "blocks": (Block(FERRY), Block(f"So {name}."))}
            when = None if hours < 0 else NIGHT - timedelta(hours=hours)
            article = Article(address(site, name), published_at=when, cleaner_version="1", **values | more)
            fetched_at = NIGHT + timedelta(days=night)
            saving.save_article(connection, article, site=site, run=run, fetched_at=fetched_at, location=None)
            return make_article_id(article.url)

        def marked(name: str, of: str, **standing: Any) -> None:
            values = {f"duplicate_{what}": value for what, value in (standing | {"of": of}).items()}
            connection.execute(update(StoredArticle).where(StoredArticle.id == name).values(values))

        first = kept("herald", "ferry", 30)
        kept("herald", "ferry", 30, 1, title="Ferry <b>stays</b>", blocks=(Block(FERRY), Block(EVIL)))
        copy = kept("courier", "ferry", 20)
        part = kept("gazette", "ferry", 10, title=EVIL)
        again = kept("courier", "ferry-2", -1)
        marked(copy, first, rule="near-duplicate", kind="verbatim", likeness=0.98, share=1.0)
        marked(part, first, rule="near-duplicate", kind="abridged", likeness=0.4, share=0.97, via=copy)
        marked(again, first, rule="canonical-url", kind="same-page", likeness=1.0, share=1.0)
        old = kept("gazette", "frost", 300)
        marked(kept("gazette", "frost-2", 290), old, rule="repeated-headline", likeness=0.8, share=0.8)
        kept("herald", "alone", 5)
        kept("herald", "wall", 5, rejected="paywall")
    engine.dispose()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stories") / "data"
    folder.mkdir()
    fill(make_database_url(folder, None))
    return folder


@pytest.fixture
def stories(data: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Stories:
    """Runs `scrapy stories ARGUMENTS`."""
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "crawler.settings")
    monkeypatch.chdir(ROOT)

    def run(*arguments: str) -> Said:
        with pytest.raises(SystemExit) as ended:
            execute(["scrapy", "stories", "-s", f"DATA_DIR={data}", *arguments])
        out, err = capfd.readouterr()
        return Said(ended.value.code, out, err)

    return run


def listed(said: Said) -> list[dict[str, Any]]:
    assert (said.status, said.err) == (0, "")
    return [json.loads(line) for line in said.out.splitlines()]


def test_stories_come_with_their_members_and_who_carried_them_first(stories: Stories) -> None:
    ferry, frost = listed(stories("--json"))
    assert (ferry["story"], ferry["sites"]) == (
        make_article_id(address("herald", "ferry")),
        ["courier", "gazette", "herald"],
    )
    assert ferry["first"] == {
        "id": ferry["story"],
        "site": "herald",
        "at": "2026-11-18T20:00:00Z",
        "by": "published",
    }
    assert [(one["site"], one["kind"], one["rule"], one["likeness"], one["share"]) for one in ferry["members"]] == [
        ("herald", None, None, None, None),
        ("courier", "verbatim", "near-duplicate", 0.98, 1.0),
        ("gazette", "abridged", "near-duplicate", 0.4, 0.97),
        ("courier", "same-page", "canonical-url", 1.0, 1.0),
    ]
    assert ferry["members"][2]["via"] == make_article_id(address("courier", "ferry"))
    assert (ferry["members"][3]["published_at"], ferry["members"][3]["fetched_at"]) == (None, "2026-11-20T02:00:00Z")
    assert [one["kind"] for one in frost["members"]] == [None, None]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--site", "herald"], ["ferry"]),
        (["--site", "GAZETTE"], ["ferry", "frost"]),
        (["--site", "gazette", "--kind", "verbatim"], []),  # courier has that
        (["--kind", "verbatim", "--kind", "edited"], ["ferry"]),
        (["--least", "4"], ["ferry"]),
        (["--least", "5"], []),
        (["--since", "2026-11-18"], ["ferry"]),
        (["--until", "2026-11-17"], ["frost"]),
        (["--since", "2026-11-07", "--until", "2026-11-07"], ["frost"]),
        (["--since", "2026-11-07", "--until", "2026-11-07", "--site", "courier"], []),
    ],
)
def test_a_story_is_listed_where_one_member_is_all_that_is_asked_for(
    stories: Stories, words: list[str], expected: list[str]
) -> None:
    found = [story["members"][0]["url"].rsplit("/", 1)[1] for story in listed(stories(*words, "--json"))]
    assert found == expected


def test_who_repeats_whom_is_counted(stories: Stories) -> None:
    (counts,) = listed(stories("--sites", "--json"))
    assert counts["kinds"] == {"verbatim": 1, "abridged": 1, "same-page": 1, "not noted": 1}
    assert [(one["site"], one["of"], one["kind"], one["articles"]) for one in counts["sites"]] == [
        ("courier", "herald", "same-page", 1),
        ("courier", "herald", "verbatim", 1),
        ("gazette", "gazette", None, 1),
        ("gazette", "herald", "abridged", 1),
    ]
    (some,) = listed(stories("--sites", "--json", "--site", "courier", "--kind", "verbatim"))
    assert some["articles"] == 1
    shown = stories("--sites").out
    assert "4 articles repeat a story" in shown
    assert "courier repeats herald: verbatim, by near-duplicate" in shown
    assert "gazette repeats itself: of unknown kind, by repeated-headline" in shown


def test_an_address_shows_its_story_and_what_was_changed_between_its_versions(stories: Stories) -> None:
    (story,) = listed(stories(address("courier", "ferry") + "?utm_source=letter", "--json"))
    before, now = story["members"][0]["versions"]
    assert (before["fetched_at"], now["fetched_at"]) == ("2026-11-20T02:00:00Z", "2026-11-21T02:00:00Z")
    assert before["text"] == f"{FERRY}\nSo ferry."
    assert (before["changes"], now["changes"][0]) == (
        [],
        {"kind": "headline", "before": "Headline of ferry", "after": "Ferry <b>stays</b>"},
    )
    assert [change["kind"] for change in now["changes"]] == ["headline", "removed", "added"]
    assert [len(member["versions"]) for member in story["members"]] == [2, 1, 1, 1]
    shown = stories(address("gazette", "ferry")).out.splitlines()
    assert "  4 articles on 3 sites; first: herald, published 2026-11-18 20:00" in shown
    assert "      - headline: Headline of ferry" in shown
    assert "      + headline: Ferry <b>stays</b>" in shown
    assert "      - So ferry." in shown
    assert any(line.startswith("= 2026-11-18 20:00  herald  https://herald.example/ferry") for line in shown)


def test_an_article_without_a_duplicate_is_a_story_of_one(stories: Stories) -> None:
    shown = stories(address("herald", "alone")).out
    assert "1 article on 1 site; first: herald" in shown
    (story,) = listed(stories(address("herald", "alone"), "--json"))
    assert len(story["members"]) == 1


def test_nothing_from_a_page_can_move_the_cursor_or_fake_a_mark(stories: Stories) -> None:
    for words in ([], [address("herald", "ferry")]):
        said = stories(*words)
        assert (said.status, said.err) == (0, "")
        assert not set(said.out) & {"\x1b", "\x9b", "\u202e"}
    assert "evil" in stories(address("herald", "ferry")).out


def test_no_story_is_said(stories: Stories) -> None:
    assert stories("--least", "99") == Said(0, "no such story\n", "")
    assert stories("--least", "99", "--json") == Said(0, "", "")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["https://herald.example/nowhere"], "the store holds no page of the address https://herald.example/nowhere"),
        ([address("herald", "wall")], f"the page stored of {address('herald', 'wall')} is no article: paywall"),
        (["ferry"], "takes the address of an article, with http:// or https://, got 'ferry'"),
        (["https://a.example/1", "https://a.example/2"], "takes one address, got 2"),
        (["https://a.example/1", "--site", "herald"], "--site filters a list of stories"),
        (["https://a.example/1", "--sites"], "--sites filters a list of stories"),
        (["--site", "tow"], 'no site "tow" in the store; choose from:'),
        (["--kind", "stolen"], "--kind: unknown value 'stolen'; choose from: same-page, verbatim"),
        (["--least", "1"], "--least must be a whole number of at least 2, got '1'"),
        (["--least", "3", "--sites"], "--least is for the list of stories"),
        (["--since", "yesterday"], "--since must be a day as YYYY-MM-DD, got 'yesterday'"),
        (["--since", "2026-11-02", "--until", "2026-11-01"], "--until 2026-11-01 is before --since 2026-11-02"),
        (["--bogus"], "there is no option --bogus; scrapy stories --help lists them"),
        (["-s", "DATA_DIR=/nowhere"], "there is no database at /nowhere/broadsheet.db"),
    ],
)
def test_what_cannot_be_meant_is_one_line_and_status_2(stories: Stories, words: list[str], message: str) -> None:
    said = stories(*words)
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith(f"scrapy stories: {message}")
    assert said.err.count("\n") == 1


def test_postgresql_finds_the_same_stories(data: Path, postgres_database: str) -> None:
    fill(make_url(postgres_database))
    found = []
    for url in (make_database_url(data, None), make_url(postgres_database)):
        engine = open_database(url, create=False)
        with open_for_reading(engine) as connection:
            wanted = StoryFilter(since=NIGHT.date() - timedelta(days=20), kinds=())
            found.append((list(iter_clusters(connection, wanted)), count_copies(connection, wanted)))
        engine.dispose()
    assert found[0] == found[1]
    assert len(found[0][0]) == 2


def test_the_command_runs_as_a_program(data: Path) -> None:
    done = run_scrapy("stories", data=data)
    assert (done.returncode, done.stderr) == (0, "")
    assert "4 articles on 3 sites" in done.stdout
