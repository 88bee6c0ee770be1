"""What the report of a night holds, against what the store has."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median

import pytest
from crawling import ROOT
from night_store import NightStore, make_article
from rich.cells import cell_len
from sqlalchemy import Engine, delete, select, update

from cleaning.errors import BadArgument, BroadsheetError
from crawler.night_report.gather import gather_report
from crawler.night_report.json_document import report_to_document
from crawler.night_report.plain_text import WIDTH, render_text
from crawler.night_report.record import Compared
from crawler.night_report.web_page import render_report
from crawler.night_report.write_report import write_report, write_web_pages
from storage import runs
from storage.articles.saving import save_article
from storage.database.engine import make_database_url, open_database
from storage.models import Run, StoredArticle, StoredFinding, StoredSiteNight

STORE = NightStore()


def test_the_numbers_of_a_site_are_those_of_its_night(engine: Engine, nights: Path) -> None:
    report = gather_report(engine, nights)
    assert [run.id for run in report.runs] == [31]
    assert (len(report.nights), report.nights[-1]) == (31, STORE.begin(30).date())
    (one,) = (site for site in report.sites if site.site == STORE.site(4))
    stats = [STORE.count(night, 4) for night in range(31)]
    new = [stat.get("article/stored", 0) - stat.get("article/updated", 0) for stat in stats]
    assert one.trend == tuple(new)
    assert (one.measures["new"].value, one.measures["new"].usual) == (new[-1], median(new[:-1]))
    assert one.measures["completeness"].value == pytest.approx(
        stats[-1]["listed/stored"] / stats[-1]["listed/articles"], abs=1e-4
    )
    everything = sum(STORE.count(30, site).get("article/duplicate", 0) for site in range(STORE.sites))
    assert report.measures["duplicates"].value == everything
    assert report.rejected["too-short"].value == sum(
        STORE.count(30, site).get("article/rejected/too-short", 0) for site in range(STORE.sites)
    )
    assert report.disk is not None
    assert report.disk.archived[-1]


def test_findings_are_what_they_were_in_that_night(engine: Engine, nights: Path) -> None:
    last = gather_report(engine, nights).findings
    assert [[one.name for one in group] for group in last] == [["javascript"], ["silent"], ["slow"], []]
    before = gather_report(engine, nights, until=30).findings
    assert [[one.name for one in group] for group in before] == [[], ["silent", "slow"], [], []]
    first = gather_report(engine, nights, until=28).findings
    assert [[one.name for one in group] for group in first] == [["silent"], ["slow"], [], []]


def test_a_night_is_named_by_its_day_or_a_run(engine: Engine, nights: Path) -> None:
    day = STORE.begin(9).date()
    by_day, by_run = (gather_report(engine, nights, nights=5, until=until) for until in (day, 10))
    assert by_day.night == by_run.night == day
    assert by_day.nights == tuple(day - timedelta(days=ago) for ago in (5, 4, 3, 2, 1, 0))
    assert {article.site for article in by_day.articles} <= {STORE.site(site) for site in range(STORE.sites)}
    for until in (day.replace(year=2001), 99):
        with pytest.raises(BadArgument, match="--night"):
            gather_report(engine, nights, until=until)


def test_the_newest_articles_are_the_newest_that_are_articles(tmp_path: Path) -> None:
    data = NightStore(sites=2, nights=1, articles=200).fill(tmp_path / "data")
    engine = open_database(make_database_url(data, None))
    row = StoredArticle
    with engine.begin() as connection:
        ordered = [
            one.id for one in connection.execute(select(row.id).order_by(row.published_at.desc(), row.id.desc()))
        ]
        connection.execute(update(row).where(row.id == ordered[0]).values(rejected="paywall"))
        connection.execute(update(row).where(row.id == ordered[1]).values(duplicate_of=ordered[5]))
        connection.execute(update(row).where(row.id == ordered[2]).values(title="Newest of all"))
    report = gather_report(engine, data)
    engine.dispose()
    assert report.articles[0].title == "Newest of all"
    assert [article.id for article in report.articles] == ordered[2:32]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_nights_are_enough(tmp_path: Path, count: int) -> None:
    data = tmp_path / "data"
    if count:
        NightStore(sites=3, nights=count, articles=9).fill(data)
    else:
        data.mkdir()
    engine = open_database(make_database_url(data, None))
    report = gather_report(engine, data)
    page = write_report(engine, data)
    engine.dispose()
    assert ("No night is stored yet" in page.read_text("utf-8")) is (count == 0)
    assert len(report.nights) == count
    assert all(one.usual is None for site in report.sites for one in site.measures.values())
    text = render_text(report)
    assert ("No night is stored yet" in text) is (count == 0)
    assert json.loads(json.dumps(report_to_document(report)))["night"] == str(report.night)


def test_a_night_of_two_runs_counts_both_and_a_narrowed_run_counts_nothing(tmp_path: Path) -> None:
    store = NightStore(sites=2, nights=2, articles=20)
    data = store.fill(tmp_path / "data")
    engine = open_database(make_database_url(data, None))
    later = store.begin(1) + timedelta(hours=6)
    with engine.begin() as connection:
        before = connection.scalar(
            select(StoredSiteNight.numbers).where(StoredSiteNight.run_id == 2, StoredSiteNight.site == store.site(0))
        )
        for is_night in (True, False):
            run = runs.begin(connection, spider="articles", now=later)
            runs.record_night_facts(connection, run, is_night=is_night, notices=())
            runs.end(connection, run, outcome="finished", exit_code=0, counts={}, now=later)
        connection.execute(
            StoredSiteNight.__table__.insert().values(
                run_id=3, site=store.site(0), started_at=later, numbers={"stored": 7, "seconds": 5}
            )
        )
    report = gather_report(engine, data)
    engine.dispose()
    assert before is not None
    (one,) = (site for site in report.sites if site.site == store.site(0))
    assert [run.id for run in report.runs] == [2, 3]
    assert one.measures["new"].value == before["stored"] - before["updated"] + 7
    assert len(report.sites) == 2
    assert len(report.nights) == 2


def test_sites_that_were_not_crawled_are_named(tmp_path: Path) -> None:
    store = NightStore(sites=3, nights=3, articles=20)
    data = store.fill(tmp_path / "data")
    engine = open_database(make_database_url(data, None))
    with engine.begin() as connection:
        gone = StoredSiteNight
        connection.execute(delete(gone).where(gone.run_id == 3, gone.site == store.site(1)))
    report = gather_report(engine, data)
    engine.dispose()
    assert report.absent == ((store.site(1), store.begin(1).date()),)
    assert {site.site for site in report.sites} == {store.site(0), store.site(2)}


@pytest.mark.parametrize(
    ("name", "direction", "cell"),
    [
        ("completeness", -1, '<td class="u b">60 % ▼<small>usual 90 %'),
        ("completeness", 1, '<td class="u">60 % ▲<small>usual 90 %'),
        ("failed", 1, '<td class="u b">60 ▲<small>usual 90<'),
        ("failed", -1, '<td class="u">60 ▼<small>usual 90<'),
        ("new", 1, '<td class="u">60 ▲<small>usual 90<'),
    ],
)
def test_an_unusual_number_is_red_only_where_it_is_worse(
    engine: Engine, nights: Path, name: str, direction: int, cell: str
) -> None:
    report = gather_report(engine, nights)
    scale = 100 if name == "completeness" else 1
    one = Compared(60 / scale, 90 / scale, direction)
    quiet = {other: found._replace(direction=0) for other, found in report.sites[0].measures.items()}
    site = report.sites[0]._replace(measures=quiet | {name: one})
    page = render_report(replace(report, sites=(site,)))
    assert page.count(cell) == 1


def test_the_text_has_findings_first_and_short_lines(engine: Engine, nights: Path) -> None:
    text = render_text(gather_report(engine, nights))
    lines = text.splitlines()
    assert max(map(cell_len, lines)) <= WIDTH == 72  # what mail programs leave as it is
    assert (
        text.index("built by JavaScript") < text.index("Still open") < text.index("All sites") < text.index("Sites\n")
    )
    assert "scrapy sites check harbour-0" in " ".join(text.split())
    assert "Healed (1)" in text
    assert "* ferry-2: slow, open since" in text
    assert lines[lines.index("Sites") + 2].split() == [
        "site",
        "new",
        "copies",
        "rejected",
        "failed",
        "complete",
        "length",
    ]


def test_hostile_names_and_headlines_stay_lines_of_text(tmp_path: Path) -> None:
    store = NightStore(sites=1, nights=1, articles=1)
    data = store.fill(tmp_path / "data")
    engine = open_database(make_database_url(data, None))
    with engine.begin() as connection:
        hostile = make_article("https://www.paper.example/a", title="新\u202e\x1b[31m\n" + "長" * 2_000)
        save_article(connection, hostile, site="x" * 60, run=1, fetched_at=store.begin(0), location=None)
        connection.execute(
            update(StoredFinding).values(sentence="a\r\n\x1b]0;title\x07b " + "長" * 300, advice="\u202eevil")
        )
        connection.execute(update(Run).values(outcome="a\nb"))
    text = render_text(gather_report(engine, data))
    engine.dispose()
    assert not {"\x1b", "\u202e", "\r", "\x07"} & set(text)
    assert max(map(cell_len, text.splitlines())) <= WIDTH


def test_the_numbers_of_the_json_add_up(engine: Engine, nights: Path) -> None:
    document = json.loads(json.dumps(report_to_document(gather_report(engine, nights))))
    for name in ("new", "found", "duplicates", "rejected", "failed"):
        assert document["all"][name]["value"] == sum(site[name]["value"] for site in document["sites"])
        assert document["series"][name][-1] == document["all"][name]["value"]
    assert {len(values) for values in document["series"].values()} == {len(document["nights"])}
    assert document["changes"][0]["site"] == ""
    docs = (ROOT / "docs" / "report.md").read_text("utf-8")
    nested = [*document["runs"][0], *document["findings"], *document["sites"][0], *document["disk"]]
    assert [name for name in (*document, *nested, *document["articles"][0]) if f"`{name}`" not in docs] == []
    assert document["findings"]["new"][0]["first_seen"].startswith(document["night"])


def test_without_the_libraries_of_charts_the_page_says_what_to_install(
    engine: Engine, nights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "altair", None)  # as if it were not installed
    page = write_web_pages(engine, gather_report(engine, nights), tmp_path / "night.html").read_text("utf-8")
    assert "pip install -c constraints.txt -e &#39;.[nightly]&#39;" in page
    assert "<figure>" not in page
    assert "Sites" in page


def test_a_report_that_is_written_again_replaces_the_pages_beside_it(tmp_path: Path) -> None:
    store = NightStore(sites=2, nights=2, articles=40)
    data = store.fill(tmp_path / "data")
    engine = open_database(make_database_url(data, None))
    folder = write_report(engine, data).with_suffix("")
    (folder / "mine.html").write_text("a file of the operator")
    first = {path.name for path in folder.iterdir()}
    with engine.begin() as connection:
        connection.execute(delete(StoredArticle).where(StoredArticle.id == min(first)[:16]))
    write_report(engine, data)
    engine.dispose()
    assert first - {path.name for path in folder.iterdir()} == {min(first)}


def test_a_folder_that_cannot_be_written_is_one_line(engine: Engine, nights: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(BroadsheetError, match="cannot write"):
        write_web_pages(engine, gather_report(engine, nights), tmp_path / "file" / "night.html")


def test_before_the_first_night_a_narrowed_run_is_a_trial(tmp_path: Path) -> None:
    store = NightStore(sites=2, nights=1, articles=20)
    data = store.fill(tmp_path / "data")
    engine = open_database(make_database_url(data, None))
    with engine.begin() as connection:
        connection.execute(update(Run).values(is_night=False))
        connection.execute(delete(StoredSiteNight))
        connection.execute(delete(StoredFinding))
    report = gather_report(engine, data)
    with pytest.raises(BadArgument, match="its arguments narrowed it"):
        gather_report(engine, data, until=1)
    page = write_report(engine, data).read_text("utf-8")
    engine.dispose()
    assert report.is_trial
    assert report.measures["duplicates"].value == sum(store.count(0, site)["article/duplicate"] for site in range(2))
    assert report.measures["median_length"].value == len(make_article("https://www.paper.example/").text)
    assert "A trial" in page
    assert "A trial" in render_text(report)
