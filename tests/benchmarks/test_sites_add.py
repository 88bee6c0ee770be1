"""The benchmark of `scrapy sites add`, at a small scale."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest
import sites_add
from servers.paper import prose


def test_sites_of_four_layouts_are_added_with_all_their_lists(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with lzma.open(tmp_path / "made.jsonl.xz", "wt", encoding="utf-8") as lines:
        for number in range(32):
            paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in prose(number))
            title = f"Number {number} of the stories that are told here"
            html = f"<html lang=en><head><title>{title}</title></head><body><h1>{title}</h1>{paragraphs}</body></html>"
            url = f"https://paper-{number % 4}.example/2025/11/20/story-of-the-day-{number}"
            print(json.dumps({"id": str(number), "url": url, "html": html, "title": title, "text": None}), file=lines)
    status = sites_add.main([str(tmp_path)])
    shown = capsys.readouterr().out
    assert status == 0, shown
    assert shown.splitlines()[-1] == "4 of 4 tables are taken as they are, with all feeds and sitemaps"
