"""The benchmark of upgrades, at a small scale."""

from __future__ import annotations

import pytest
import upgrade_store


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_an_upgrade_that_is_killed_twice_loses_no_row(capsys: pytest.CaptureFixture[str]) -> None:
    status = upgrade_store.main(["--articles", "100", "--kills", "2"])
    shown = capsys.readouterr()
    assert status == 0, shown
    assert shown.out.count("every row intact") == 2
