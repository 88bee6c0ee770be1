"""The benchmark of `scrapy bulk`, at a small scale."""

from __future__ import annotations

import json
import lzma
import subprocess
import sys
from pathlib import Path

import pytest
from servers.paper import prose

SCRIPT = Path(__file__).with_name("bulk.py")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_run_that_is_killed_twice_has_the_release_id_of_the_crawl_path(tmp_path: Path) -> None:
    with lzma.open(tmp_path / "made.jsonl.xz", "wt", encoding="utf-8") as lines:
        for number in range(24):
            paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in prose(number % 18, paragraphs=12))
            html = f"<html><body><h1>Number {number} of the stories that are told here</h1>{paragraphs}</body></html>"
            url = f"https://paper-{number % 3}.example/2025/11/20/story-of-the-day-{number}"
            print(json.dumps({"id": str(number), "url": url, "html": html}), file=lines)
    done = subprocess.run(
        [sys.executable, SCRIPT, tmp_path, "--only", "crawl,killed"],
        cwd=SCRIPT.parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "24 pages in 8 files" in done.stdout
    assert " 0 of them were done again" in done.stdout
    assert "one release id" in done.stdout
