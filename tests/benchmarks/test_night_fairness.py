"""The benchmark of the turns: it runs to its end on a few sites."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]


def test_it_tells_how_many_articles_each_site_got() -> None:
    script = Path(__file__).with_name("night_fairness.py")
    done = subprocess.run(
        [sys.executable, script, "--sites", "3", "--seconds", "15"], capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert re.search(r"^3 sites, \d without an article of the newest day; articles of a site: at least \d+, ",
                     done.stdout, re.MULTILINE), done.stdout  # fmt: skip
