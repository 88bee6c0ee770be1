"""The benchmark of a second night without news, at a small scale."""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest
import second_night
from servers.paper import prose


def test_a_second_night_without_news_takes_no_article_and_hardly_a_byte(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with lzma.open(tmp_path / "made.jsonl.xz", "wt", encoding="utf-8") as lines:
        for number in range(12):
            paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in prose(number, paragraphs=20))
            title = f"Number {number} of the stories that are told here"
            html = f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{paragraphs}</body></html>"
            url = f"https://paper-{number % 2}.example/2025/11/20/story-of-the-day-{number}"
            print(json.dumps({"id": str(number), "url": url, "html": html, "title": title, "text": None}), file=lines)
    status = second_night.main([str(tmp_path)])
    shown = capsys.readouterr().out
    assert status == 0, shown
    second = shown.splitlines()[2].split()
    assert second[0] == "2"
    assert second[3] == "0"
