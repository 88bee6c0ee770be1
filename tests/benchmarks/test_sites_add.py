"""The benchmark of `scrapy sites add`, at a small scale."""

from __future__ import annotations

import json
import lzma
import subprocess
import sys
from pathlib import Path

from servers.paper import prose

SCRIPT = Path(__file__).with_name("sites_add.py")


def test_sites_of_four_layouts_are_added_with_all_their_lists(tmp_path: Path) -> None:
    with lzma.open(tmp_path / "made.jsonl.xz", "wt", encoding="utf-8") as lines:
        for number in range(32):
            paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in prose(number))
            title = f"Number {number} of the stories that are told here"
            html = f"<html lang=en><head><title>{title}</title></head><body><h1>{title}</h1>{paragraphs}</body></html>"
            url = f"https://paper-{number % 4}.example/2025/11/20/story-of-the-day-{number}"
            print(json.dumps({"id": str(number), "url": url, "html": html, "title": title, "text": None}), file=lines)
    done = subprocess.run(
        [sys.executable, SCRIPT, tmp_path], cwd=SCRIPT.parents[2], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "4 of 4 tables are taken as they are, with all feeds and sitemaps"
