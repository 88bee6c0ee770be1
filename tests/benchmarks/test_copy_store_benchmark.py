"""The benchmark of copies, at a small scale."""

from __future__ import annotations

import copy_store
import pytest


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_copy_that_is_killed_twice_is_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    status = copy_store.main(["--articles", "100", "--kills", "2"])
    shown = capsys.readouterr()
    assert status == 0, shown
    assert shown.out.count("every digest equal") == 4
