"""METRICS_FILE: what a run writes, that its size has a bound, and that a fault costs neither run nor old file."""

from __future__ import annotations

import os
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from crawling import ROOT, Scrapy, run_scrapy
from prometheus_client.exposition import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from servers.paper import Paper, prose

from crawler.finishing import metrics
from crawler.finishing.metrics import MAX_REASONS, MAX_SITES, OTHER_REASONS, OTHER_SITES, make_registry
from storage.nights.findings import Finding
from storage.nights.series import NightRow
from storage.nights.stored_nights import StoredNight
from storage.runs import StoredRun

NIGHT = datetime(2026, 12, 2, 2, tzinfo=UTC)
Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def read_samples(text: str) -> Samples:
    """Return the values of a metrics file, by name and labels."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def get(samples: Samples, name: str, /, **labels: str) -> float | None:
    return samples.get((f"broadsheet_{name}", frozenset(labels.items())))


def make_run(**values: object) -> StoredRun:
    run = StoredRun(7, "articles", NIGHT, NIGHT + timedelta(hours=3), "finished", 0, {})
    return run._replace(**values)  # type: ignore[arg-type]


def write(*runs: StoredRun, nights: list[NightRow] | None = None, findings: list[Finding] | None = None) -> str:
    under_way = StoredNight(4, NIGHT, None, None, "crawl", None, 8, {}, {})
    ended = under_way._replace(id=3, ended_at=NIGHT + timedelta(hours=4), step=None, exit_status=1)
    desk = [under_way, ended]
    registry = make_registry(runs, nights or [], findings or [], desk_nights=desk, disk_free=12_345_678)
    return generate_latest(registry).decode("utf-8")


def test_a_crawl_writes_its_numbers(paper: Paper, data: Path, tmp_path: Path) -> None:
    paths = [f"/2025/10/01/story-number-{number}-of-the-day" for number in range(3)]
    for path in paths:
        paper.article(path, f"Headline of {path[12:]}", text=prose(path))
    paper.article("/2025/10/01/a-stub-of-a-story", "A stub", text=["Two words."])
    paper.front(*paths, "/2025/10/01/a-stub-of-a-story", "/2025/10/01/a-page-that-is-gone")
    file = tmp_path / "broadsheet.prom"
    done = run_scrapy("crawl", "articles", "-a", f"url={paper.url}/", data=data, METRICS_FILE=str(file))
    assert done.returncode == 0, done.stderr
    samples = read_samples(file.read_text("utf-8"))
    of_site = {"spider": "articles", "site": paper.name}
    assert get(samples, "articles_stored", **of_site) == 3
    assert get(samples, "pages_rejected", **of_site, reason="too-short") == 1
    assert get(samples, "addresses_failed", **of_site, reason="http-404") == 1
    assert get(samples, "addresses_found", **of_site) == 5
    assert (get(samples, "response_bytes", **of_site) or 0) > 1000
    assert get(samples, "run_exit_status", spider="articles") == 0
    assert get(samples, "run_number", spider="articles") == 1
    assert (get(samples, "disk_free_bytes") or 0) > 0
    ended = get(samples, "run_end_timestamp_seconds", spider="articles")
    assert ended is not None
    assert ended >= (get(samples, "run_start_timestamp_seconds", spider="articles") or 0) > 0
    assert list(tmp_path.glob("*.prom*")) == [file]


def test_a_run_that_fails_is_told_too(paper: Paper, scrapy: Scrapy, tmp_path: Path) -> None:
    paper.front()  # names no article
    file = tmp_path / "broadsheet.prom"
    assert scrapy("crawl", "articles", "-a", f"url={paper.url}/", "-s", f"METRICS_FILE={file}").returncode == 1
    assert get(read_samples(file.read_text("utf-8")), "run_exit_status", spider="articles") == 1


def test_a_file_that_cannot_be_written_is_refused_before_the_crawl(scrapy: Scrapy, tmp_path: Path) -> None:
    done = scrapy("crawl", "articles", "--demo", "-s", f"METRICS_FILE={tmp_path}/missing/broadsheet.prom")
    assert done.returncode == 2
    [line] = done.stderr.splitlines()
    assert "METRICS_FILE must be a file in a folder that exists" in line


def test_a_fault_leaves_the_old_file_and_costs_the_run_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from scrapy.settings import Settings

    from storage.database.engine import make_database_url, open_database

    file = tmp_path / "broadsheet.prom"
    settings = Settings({"METRICS_FILE": str(file), "DATA_DIR": str(tmp_path)})
    engine = open_database(make_database_url(tmp_path, None))
    assert metrics.write_metrics(settings, engine) == file
    before = file.read_text("utf-8")
    monkeypatch.setattr(os, "rename", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    assert metrics.write_metrics(settings, engine) is None
    engine.dispose()
    assert file.read_text("utf-8") == before
    assert [path.name for path in tmp_path.glob("broadsheet.prom*")] == [file.name]
    assert "the metrics were not written" in caplog.text


def test_labels_hold_whatever_a_name_holds() -> None:
    hostile = 'a"b\\c\nd{}=,é'
    night = NightRow(7, hostile, NIGHT, {"stored": 4, "completeness": 0.5, f"rejected/{hostile}": 2})
    finding = Finding(hostile, "silent", "", "", {}, NIGHT, 7, NIGHT, 7)
    samples = read_samples(write(make_run(), nights=[night], findings=[finding]))
    assert get(samples, "articles_stored", spider="articles", site=hostile) == 4
    assert get(samples, "completeness_ratio", spider="articles", site=hostile) == 0.5
    assert get(samples, "pages_rejected", spider="articles", site=hostile, reason=hostile) == 2
    assert get(samples, "finding_open", site=hostile, name="silent") == 1


def test_what_is_not_known_or_is_muted_has_no_series() -> None:
    muted = Finding("herald", "slow", "", "", {}, NIGHT, 7, NIGHT, 7, muted_until=date(9999, 1, 1))
    samples = read_samples(write(make_run(), nights=[NightRow(7, "herald", NIGHT, {})], findings=[muted]))
    assert get(samples, "completeness_ratio", spider="articles", site="herald") is None
    assert get(samples, "nightly_exit_status") == 1  # of the last night that has ended
    assert get(samples, "nightly_end_timestamp_seconds") == (NIGHT + timedelta(hours=4)).timestamp()
    assert get(samples, "articles_stored", spider="articles", site="herald") == 0
    assert get(samples, "finding_open", site="herald", name="slow") is None


def test_a_site_of_two_spiders_has_a_series_of_each() -> None:
    own = make_run(
        id=9, spider="mine", counts={"herald": {"article/stored": 5, "page/fetched": 5}, "": {"disk/low": 1}}
    )
    samples = read_samples(write(make_run(), own, nights=[NightRow(7, "herald", NIGHT, {"stored": 4})]))
    assert get(samples, "articles_stored", spider="articles", site="herald") == 4
    assert get(samples, "articles_stored", spider="mine", site="herald") == 5
    assert get(samples, "articles_stored", spider="mine", site="") is None


def test_the_docs_name_every_metric_and_no_other() -> None:
    told = (ROOT / "docs" / "monitoring.md").read_text("utf-8")
    night = NightRow(7, "herald", NIGHT, {"completeness": 0.5, "rejected/wall": 2, "failed/dns": 1})
    finding = Finding("herald", "silent", "", "", {}, NIGHT, 7, NIGHT, 7)
    written = {name for name, _ in read_samples(write(make_run(), nights=[night], findings=[finding]))}
    assert set(re.findall(r"\bbroadsheet_\w+", told)) == written
    [rules] = re.findall(r"```yaml\n(.*?)```", told, re.DOTALL)
    for rule in yaml.safe_load(rules)["groups"][0]["rules"]:
        assert {"alert", "expr", "annotations"} <= rule.keys()


def test_the_number_of_series_has_a_bound() -> None:
    reasons = {f"failed/http-{number}": 600 - number for number in range(400, 599)}
    nights = [NightRow(7, f"paper-{number}", NIGHT, {"found": number, **reasons}) for number in range(2_000)]
    text = write(make_run(), nights=nights)
    samples = read_samples(text)
    assert len(samples) <= (MAX_SITES + 1) * (14 + MAX_REASONS + 1) + 10
    assert get(samples, "addresses_found", spider="articles", site=OTHER_SITES) == sum(range(1_500))
    assert get(samples, "addresses_found", spider="articles", site="paper-1999") == 1999
    others = get(samples, "addresses_failed", spider="articles", site="paper-1999", reason=OTHER_REASONS)
    assert others == sum(600 - number for number in range(400 + MAX_REASONS, 599))
    assert len(text) < 3_000_000
