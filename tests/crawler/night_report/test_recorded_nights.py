"""The report of nights that were recorded as a run records them, on both databases."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from night_store import make_article

from crawler.night_report.gather import gather_report
from crawler.night_report.json_document import report_to_document
from crawler.night_report.plain_text import render_text
from crawler.night_report.write_report import write_report
from storage import runs
from storage.articles.saving import save_article
from storage.completeness.change_rates import count_recheck
from storage.database.engine import make_database_url, open_database
from storage.models import StoredFinding
from storage.nights.series import record_night

NIGHT = datetime.now(UTC).replace(hour=2, minute=0, second=0, microsecond=0)
STATS = {"article/stored": 3, "page/fetched": 4, "article/rejected/paywall": 1, "listed/night": 1, "listed/articles": 4}


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_report_of_recorded_nights(database: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    configured = request.getfixturevalue("postgres_database") if database == "postgresql" else None
    data = tmp_path / "data"
    data.mkdir()
    engine = open_database(make_database_url(data, configured))
    for night in range(4):
        began = NIGHT - timedelta(days=3 - night)
        with engine.begin() as connection:
            run = runs.begin(connection, spider="articles", now=began)
            for number in range(3 if night < 3 else 5):
                article = make_article(f"https://www.harbour.example/{night}/{number}", published_at=began)
                save_article(connection, article, site="harbour", run=run, fetched_at=began, location=None)
            counts = {"harbour": STATS | {"listed/stored": 3, "article/stored": 3 if night < 3 else 5}}
            ended = began + timedelta(minutes=9)
            runs.end(connection, run, outcome="finished", exit_code=1, counts=counts, now=ended)
            record_night(connection, run)
            count_recheck(connection, "harbour", run, timedelta(days=1), is_changed=True, is_gone=False)
    with engine.begin() as connection:
        seen = {"first_seen": NIGHT, "last_seen": NIGHT, "first_run": run, "last_run": run, "evidence": {}}
        connection.execute(
            StoredFinding.__table__.insert().values(
                site="harbour", name="flood", sentence="5 articles, usually 3", advice="Look at it", **seen
            )
        )
    report = gather_report(engine, data)
    page = write_report(engine, data)
    engine.dispose()
    (site,) = report.sites
    assert (site.measures["new"].value, site.measures["new"].usual) == (5, 3)
    assert site.measures["median_length"].value == len(make_article("https://www.harbour.example/").text)
    assert report.measures["share_cut"].value == pytest.approx(report.cut_rules["teaser"].value)
    assert report.languages["en"].value == 1
    assert [(one.site, one.checked, one.changed) for one in report.changes] == [("", 4, 4), ("harbour", 4, 4)]
    assert [article.url.split("/")[3] for article in report.articles[:5]] == ["3"] * 5
    assert [finding.name for finding in report.findings.new] == ["flood"]
    assert "* harbour: 5 articles, usually 3\n  What to do: Look at it\n  flood, since" in render_text(report)
    assert json.loads(json.dumps(report_to_document(report)))["findings"]["new"][0]["name"] == "flood"
    assert page == data / "reports" / f"{NIGHT:%Y-%m-%d}.html"
    assert len(list(page.with_suffix("").iterdir())) == 5
    assert page.read_text("utf-8").count("<bdi>harbour</bdi>: 5 articles, usually 3") == 1
