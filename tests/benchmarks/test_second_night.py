"""The benchmark of a second night without news, at a small scale."""

from __future__ import annotations

import json
import lzma
import subprocess
import sys
from pathlib import Path

from servers.paper import prose

SCRIPT = Path(__file__).with_name("second_night.py")


def test_a_second_night_without_news_takes_no_article_and_hardly_a_byte(tmp_path: Path) -> None:
    with lzma.open(tmp_path / "made.jsonl.xz", "wt", encoding="utf-8") as lines:
        for number in range(12):
            paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in prose(number, paragraphs=20))
            title = f"Number {number} of the stories that are told here"
            html = f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{paragraphs}</body></html>"
            url = f"https://paper-{number % 2}.example/2025/11/20/story-of-the-day-{number}"
            print(json.dumps({"id": str(number), "url": url, "html": html, "title": title, "text": None}), file=lines)
    done = subprocess.run(
        [sys.executable, SCRIPT, tmp_path], cwd=SCRIPT.parents[2], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    second = done.stdout.splitlines()[2].split()
    assert second[0] == "2"
    assert second[3] == "0"
