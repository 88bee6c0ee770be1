"""Cleaning one page from Python: text, bytes, files, what is refused, and the record that comes out."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

import cleaning
from cleaning import Page, clean_file, clean_html
from cleaning.clean import clean
from cleaning.metadata.stated_address import UNKNOWN_ADDRESS
from storage.articles.saving import save_article
from storage.database.engine import open_database
from storage.export.release import ReleaseOptions, export_release
from storage.export.schema import FIELDS
from storage.export.selection.selection import Selection

ADDRESS = "https://www.harbour-post.example/2024/05/16/ferry"
FACTS = """
<link rel="canonical" href="https://www.harbour-post.example/ferry">
<meta name="author" content="Ada Reed"><meta property="article:published_time" content="2024-05-16T23:30:00.25-04:00">
<meta property="article:modified_time" content="2024-05-17"><meta property="article:tag" content="ferry">
<meta name="description" content="The night ferry is back."><meta name="robots" content="noarchive">
"""
# What a page alone does not tell.
OF_THE_STORE = {"id", "site", "story", "gone_at"} | {
    field.name for field in FIELDS if field.name.startswith("duplicate_")
}


def test_text_and_bytes_of_any_charset_give_the_same_article(news_page: Any) -> None:
    html = news_page.html(middle="<p>Die Fähre fährt über Nacht, heißt es im Büro des Hafens.</p>")
    article = clean_html(html, url=ADDRESS)
    assert article == clean(Page(ADDRESS, html))
    assert "über Nacht" in article.text
    assert clean_html(html.encode(), url=ADDRESS) == article
    declared = html.replace("<head>", "<head><meta charset=iso-8859-1>")
    assert clean_html(declared.encode("cp1252"), url=ADDRESS).text == article.text
    coded = html.encode("cp1251", "ignore")
    assert clean_html(coded, url=ADDRESS, content_type="text/html; charset=windows-1251").title == article.title


def test_without_an_address_that_of_the_page_is_taken(news_page: Any) -> None:
    assert clean_html(news_page.html(head=FACTS)).url == "https://www.harbour-post.example/ferry"
    assert clean_html(news_page.html()).url == UNKNOWN_ADDRESS
    assert clean_html("").rejected == "no-text"


def test_a_file_is_cleaned_as_its_bytes(tmp_path: Path, news_page: Any) -> None:
    file = tmp_path / "page.html"
    file.write_bytes(news_page.html().encode())
    assert clean_file(file, url=ADDRESS) == clean_file(str(file), ADDRESS) == clean_html(news_page.html(), ADDRESS)
    with pytest.raises(FileNotFoundError):
        clean_file(tmp_path / "none.html")


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: clean_html(None), "the HTML must be str or bytes, got NoneType"),  # type: ignore[arg-type]
        (lambda: clean_html(Path("a.html")), "got PosixPath; for a file there is clean_file"),  # type: ignore[arg-type]
        (lambda: clean_html("", url=b"http://a.example/"), "url= must be str or None, got bytes"),  # type: ignore[arg-type]
        (lambda: clean_html(b"", content_type=None), "content_type= must be str, got NoneType"),  # type: ignore[arg-type]
        (lambda: clean_html("", language=3), "language= must be str or None, got int"),  # type: ignore[arg-type]
        (lambda: clean_html("", fetched_at="2026-12-01"), "fetched_at= must be a datetime or None, got str"),  # type: ignore[arg-type]
        (lambda: clean_html("", site="gazette"), "site= must be a SiteMemory.* got str"),  # type: ignore[arg-type]
        (lambda: Page(ADDRESS, b"<p>"), "html of a page must be str, got bytes; cleaning.clean_html decodes it"),  # type: ignore[arg-type]
        (lambda: clean("<p>text"), "clean takes a Page, got str; cleaning.clean_html takes HTML"),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_page_is_refused_with_the_name_of_its_type(call: Any, told: str) -> None:
    with pytest.raises(TypeError, match=told):
        call()


def test_a_time_of_the_fetch_without_a_zone_is_refused_before_the_page_is_cleaned() -> None:
    with pytest.raises(ValueError, match="fetched_at= must have a time zone"):
        clean_html("<p>text", fetched_at=datetime(2026, 12, 1))  # noqa: DTZ001


def test_a_header_with_a_lone_surrogate_is_read_like_any_other() -> None:
    assert clean_html(b"<p>text", content_type="text/html; charset=\ud800").rejected == "too-short"


def test_the_record_of_an_article_is_that_of_a_release_field_by_field(tmp_path: Path, news_page: Any) -> None:
    fetched = datetime(2024, 5, 18, 8, 0, 0, 125, tzinfo=UTC)
    article = clean_html(news_page.html(head=FACTS), url=ADDRESS, fetched_at=fetched)
    engine = open_database(make_url(f"sqlite:///{tmp_path}/store.db"))
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO run (id, spider, started_at, counts) VALUES (1, 'articles', '2024-05-18 08:00:00', '{}')"
        )
        save_article(connection, article, site="harbour", run=1, fetched_at=fetched, location=None)
    export_release(
        engine, tmp_path / "corpus", Selection(), ReleaseOptions(formats=("jsonl",)), progress=lambda *_: None
    )
    engine.dispose()
    (released,) = map(json.loads, (tmp_path / "corpus/data/articles.jsonl").read_text("utf-8").splitlines())
    record = article.to_dict()
    assert json.loads(json.dumps(record)) == record
    assert record.pop("rejected") is None
    assert list(record) == [field.name for field in FIELDS if field.name not in OF_THE_STORE]
    assert record == {name: value for name, value in released.items() if name not in OF_THE_STORE}
    assert record["published_at"] == "2024-05-17T03:30:00.250000Z"
    assert record["modified_local"] is None


def test_the_package_is_imported_without_the_libraries_and_knows_its_names() -> None:
    probe = (
        "import sys, cleaning; loaded = {'trafilatura', 'lxml', 'pebble'} & set(sys.modules); "
        "from cleaning import *; print(loaded, clean_html.__module__)"
    )
    ran = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert ran.stdout == "set() cleaning.api.one_page\n"
    assert set(cleaning.__all__) <= set(dir(cleaning))
    with pytest.raises(AttributeError, match="module 'cleaning' has no attribute 'clean_page'"):
        _ = cleaning.clean_page
