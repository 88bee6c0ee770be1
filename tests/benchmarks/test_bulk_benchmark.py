"""The benchmark of `scrapy bulk`, at a small scale."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import bulk
import pytest
from servers.paper import prose


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_run_that_is_killed_twice_has_the_release_id_of_the_crawl_path(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with lzma.open(tmp_path / "made.jsonl.xz", "wt", encoding="utf-8") as lines:
        for number in range(24):
            paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in prose(number % 18, paragraphs=12))
            html = f"<html><body><h1>Number {number} of the stories that are told here</h1>{paragraphs}</body></html>"
            url = f"https://paper-{number % 3}.example/2025/11/20/story-of-the-day-{number}"
            print(json.dumps({"id": str(number), "url": url, "html": html}), file=lines)
    status = bulk.main([str(tmp_path), "--only", "crawl,killed"])
    shown = capsys.readouterr().out
    assert status == 0, shown
    assert "24 pages in 8 files" in shown
    assert " 0 of them were done again" in shown
    assert "one release id" in shown
