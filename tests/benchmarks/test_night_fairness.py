"""The benchmark of the turns: it runs to its end on a few sites."""

from __future__ import annotations

import re

import night_fairness
import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]


def test_it_tells_how_many_articles_each_site_got(capsys: pytest.CaptureFixture[str]) -> None:
    night_fairness.main(["--sites", "3", "--seconds", "15"])
    shown = capsys.readouterr().out
    assert re.search(r"^3 sites, \d without an article of the newest day; articles of a site: at least \d+, ",
                     shown, re.MULTILINE), shown  # fmt: skip
