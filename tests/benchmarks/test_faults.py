"""The benchmark of the faults of a night, at a small scale; its kills are a test of their own."""

from __future__ import annotations

import faults
import pytest


@pytest.mark.timeout(300)  # five crawls, one after the other: slow on a busy machine
def test_kills_at_random_moments_lose_nothing_and_do_nothing_twice(capsys: pytest.CaptureFixture[str]) -> None:
    status = faults.main(["--only", "kills", "--kills", "4", "--stories", "50"])
    shown = capsys.readouterr().out
    assert status == 0, shown
    assert "4 kills, 50 stories: lost" in shown
    assert "missed" not in shown
    assert shown.count("\n") == 6


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--only", "lag"], "name its folder"),
        (["nowhere"], "nowhere does not exist"),
        (["--kills", "0"], "is not a whole number of at least 1"),
        (["--only", "rain"], "invalid choice"),
    ],
)
def test_wrong_arguments_give_one_line_and_status_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        faults.main(arguments)
    assert end.value.code == 2
    assert said in capsys.readouterr().err.splitlines()[-1]
