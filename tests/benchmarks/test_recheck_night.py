"""The benchmark of a night that looks at articles again, at a small scale."""

from __future__ import annotations

import pytest
import recheck_night


def test_each_article_is_asked_for_once_and_an_unchanged_one_sends_no_body(capsys: pytest.CaptureFixture[str]) -> None:
    status = recheck_night.main(["--articles", "10", "--edited", "20"])
    shown = capsys.readouterr().out
    assert status == 0, shown
    second = shown.splitlines()[2].split()
    assert second[:3] == ["2", "10", "8"]
