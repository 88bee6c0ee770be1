"""Reports of old nights go with their pages; files of others stay."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from crawler.night_report.folder import REPORTS, discard_reports, list_reports, measure_report

PAGE = f"{'0' * 16}.html"


def write_report(data: Path, night: str, *, is_whole: bool = True) -> Path:
    report = data / REPORTS / f"{night}.html"
    (data / REPORTS / night).mkdir(parents=True)
    (data / REPORTS / night / PAGE).write_text("12345")
    if is_whole:
        report.write_text("123")
    return report


def list_files(data: Path) -> list[str]:
    return sorted(str(path.relative_to(data / REPORTS)) for path in (data / REPORTS).rglob("*") if path.is_file())


def test_the_reports_of_old_nights_go_with_their_pages(tmp_path: Path) -> None:
    old, new = write_report(tmp_path, "2025-11-30"), write_report(tmp_path, "2025-12-01")
    own = tmp_path / REPORTS / "2025.html"
    own.write_text("of the operator")
    (tmp_path / REPORTS / "2025-11-30" / "notes.html").write_text("of the operator")
    assert list_reports(tmp_path, date(2025, 12, 1)) == [old]
    discard_reports(tmp_path, date(2025, 12, 1))
    assert list_files(tmp_path) == ["2025-11-30/notes.html", new.name, f"2025-12-01/{PAGE}", own.name]
    assert list_reports(tmp_path, date(2025, 12, 1)) == []


def test_what_a_kill_has_left_of_a_report_goes_as_well(tmp_path: Path) -> None:
    write_report(tmp_path, "2025-11-30", is_whole=False)
    discard_reports(tmp_path)
    assert list((tmp_path / REPORTS).iterdir()) == []


def test_a_report_is_as_large_as_its_files(tmp_path: Path) -> None:
    assert measure_report(write_report(tmp_path, "2025-11-30")) == 8
    assert list_reports(tmp_path / "missing") == []
