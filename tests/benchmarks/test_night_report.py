from __future__ import annotations

from pathlib import Path

import night_report
import pytest
from browsing import needs_chromium

pytestmark = needs_chromium


def test_a_small_store_is_reported_and_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    size = ("--articles", "60", "--sites", "3", "--nights", "4")
    night_report.main([str(tmp_path), *size])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["report", "page", "interactive", "sorted"]
    assert 20_000 < int(lines[1].split()[1].replace(",", "")) < night_report.MOST_BYTES
    assert [path.name for path in tmp_path.iterdir()] == ["3-4-60"]
