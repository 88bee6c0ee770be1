"""An article gives the same Markdown from its page, from the store, and from a release, where lists are lists."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import yaml
from give_blocks import give_blocks
from markdown_reader import read_markdown
from sqlalchemy import Engine, select

from cleaning import clean_html
from storage.articles.saving import has_same_blocks, make_article_id, save_article
from storage.export.checking.verify import check_release
from storage.export.release import ReleaseOptions, export_release
from storage.export.selection.selection import Selection
from storage.models import StoredBlock
from storage.reading.load_articles import load_blocks as load_stored_blocks
from storage.reading.load_articles import load_record

FETCHED = datetime(2024, 5, 18, 8, tzinfo=UTC)
ADDRESS = "https://www.harbour-post.example/ferry"
PAGE = """
<html><head><title>Night ferry runs again</title></head><body><article><h1>Night ferry runs again</h1>
<p>The night ferry between Lindmouth and Orrow will run again from the first of June, the harbour board decided.</p>
<h3>What it costs</h3><ol start=2><li>Cars<ul><li>64 crowns</ul><li>Bicycles</ol>
<table><tr><th>Ticket<th>Crowns<tr><td>Van | car<td>7</table>
<p>The timetable is the same as before: the boat leaves Lindmouth at ten in the evening and arrives at Orrow at six.</p>
</article></body></html>
"""
EXPECTED = [
    ("h1", "Night ferry runs again"),
    "The night ferry between Lindmouth and Orrow will run again from the first of June, the harbour board decided.",
    ("h3", "What it costs"),
    ["ol", 2, ["li", "Cars", ["ul", ["li", "64 crowns"]]], ["li", "Bicycles"]],
    ["table", ["tr", "Ticket", "Crowns"], ["tr", "Van | car", "7"]],
    "The timetable is the same as before: the boat leaves Lindmouth at ten in the evening and arrives at Orrow at six.",
]


def export(engine: Engine, folder: Path) -> str:
    """Export the store; return the one document of the release."""
    options = ReleaseOptions(formats=("markdown",))
    export_release(engine, folder, Selection(), options, progress=lambda _done, _total: None)
    with ZipFile(folder / "data/articles.md.zip") as files:
        (name,) = files.namelist()
        assert name == f"{make_article_id(ADDRESS)}.md"
        return files.read(name).decode()


def test_page_store_and_release_give_the_same_document(engine: Engine, give_articles: Any, tmp_path: Path) -> None:
    give_articles(engine, [])
    article = clean_html(PAGE, url=ADDRESS, fetched_at=FETCHED)
    assert read_markdown(article.to_markdown()) == EXPECTED
    with engine.begin() as connection:
        save_article(connection, article, site="post", run=1, fetched_at=FETCHED, location=None)
        name = make_article_id(ADDRESS)
        assert has_same_blocks(connection, name, article)
        assert load_stored_blocks(connection, name) == article.blocks
        record = load_record(connection, name, lambda one: load_stored_blocks(connection, one))
        assert record.to_markdown() == article.to_markdown()
        with_head = record.to_markdown(head=True)
    document = export(engine, tmp_path / "one")
    assert document == with_head
    _, head, body = document.split("---\n", 2)
    assert body == "\n" + article.to_markdown()
    fields = yaml.safe_load(head)
    assert (fields["url"], fields["fetched_at"], fields["words"]) == (ADDRESS, "2024-05-18T08:00:00Z", record.words)
    assert export(engine, tmp_path / "other") == document
    files = [(tmp_path / folder / "data/articles.md.zip").read_bytes() for folder in ("one", "other")]
    assert files[0] == files[1]
    assert check_release(tmp_path / "one").differences == ()


def test_a_store_without_layouts_and_one_without_blocks_give_the_texts(
    sqlite_engine: Engine, give_articles: Any, tmp_path: Path
) -> None:
    give_articles(sqlite_engine, [])
    article = clean_html(PAGE, url=ADDRESS, fetched_at=FETCHED)
    with sqlite_engine.begin() as connection:
        save_article(connection, article, site="post", run=1, fetched_at=FETCHED, location=None)
        give_blocks(connection, make_article_id(ADDRESS), [replace(block, layout="") for block in article.blocks])
        assert not has_same_blocks(connection, make_article_id(ADDRESS), article)
    body = export(sqlite_engine, tmp_path / "early").split("---\n", 2)[2]
    assert read_markdown(body) == [
        *EXPECTED[:3],
        ["ol", ["li", "Cars", ["ul", ["li", "64 crowns"]]], ["li", "Bicycles"]],
        *EXPECTED[4:],
    ]
    with sqlite_engine.begin() as connection:
        give_blocks(connection, make_article_id(ADDRESS), [])
        assert connection.scalars(select(StoredBlock.text)).all() == []
    body = export(sqlite_engine, tmp_path / "bare").split("---\n", 2)[2]
    assert read_markdown(body) == [EXPECTED[0], *article.text.split("\n")]
