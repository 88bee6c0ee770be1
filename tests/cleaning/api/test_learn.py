"""Learning sites from Python: what is learnt, that it is used, and that it can be kept in a file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cleaning import SiteMemory, clean_html, clean_many, learn_site, learn_sites
from cleaning.errors import MemoryUnreadable
from crawler.demo.pages import DemoSite
from crawler.demo.papers import find_paper


@pytest.fixture
def pages() -> list[tuple[str, str]]:
    """Return the articles of a demo newspaper."""
    paper = find_paper("gazette")
    site = DemoSite(paper, "https://www.gazette.example")
    paths = [paper.get_path(story) for story in paper.stories if story.kind != "section"]
    return [(site.base + path, site.get_reply(path).body.decode()) for path in paths]


def test_a_memory_is_learnt_in_any_order_saved_loaded_and_used(tmp_path: Path, pages: Any) -> None:
    memory = learn_site(pages, jobs=2)
    assert memory.is_known
    assert learn_site(reversed(pages)) == memory
    memory.save(tmp_path / "post.memory")
    loaded = SiteMemory.load(tmp_path / "post.memory")
    assert loaded.to_bytes() == memory.to_bytes()
    known = [clean_html(html, url=url, site=loaded) for url, html in pages]
    rules = {block.rule for article in known for block in article.removed}
    assert rules & {"repeated_block", "known_headline"}
    assert list(clean_many(pages, site=loaded)) == known
    assert list(clean_many(pages, site=learn_sites(pages))) == known


def test_the_sites_are_those_that_the_program_learns(pages: Any) -> None:
    (name, memory), *others = learn_sites([*pages, ("https://other.example/a", "<p>One page.")]).items()
    assert (name, others) == ("gazette.example", [])
    lines = "".join(json.dumps({"id": url, "url": url, "html": html}) + "\n" for url, html in pages)
    command = [sys.executable, "-m", "cleaning", "--learn"]
    ran = subprocess.run(command, input=lines, capture_output=True, text=True, timeout=100, check=True)
    texts = [json.loads(line)["text"] for line in ran.stdout.splitlines()]
    assert [article.text for article in clean_many(pages, site=memory)] == texts


def test_what_is_no_memory_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "memory"
    file.write_bytes(b"no memory")
    with pytest.raises(MemoryUnreadable):
        SiteMemory.load(file)
    assert not learn_site([]).is_known
    assert learn_site([]) == SiteMemory()
