"""`page_item`: what it takes of a spider, and what it refuses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from scrapy.http import HtmlResponse, JsonResponse, Response

from cleaning.records.given import Known
from crawler.items import page_item
from storage.archive.spider_note import SpiderNote

URL = "https://www.example.org/news/1"
HTML = HtmlResponse(URL, body=b"<p>Text</p>")
MOMENT = datetime(2026, 5, 1, 10, tzinfo=timezone(timedelta(hours=2)))


def test_it_takes_what_a_spider_knows() -> None:
    item = page_item(
        HTML,
        site="gazette",
        title=" A title ",
        authors="Mara Lind",
        published_at="2026-05-01T10:00:00+02:00",
        text="div.story",
        url="/stories/7?utm_source=feed",
    )
    assert item.known == Known("A title", ("Mara Lind",), MOMENT, "div.story")
    assert item.url == "https://www.example.org/stories/7"
    assert page_item(HTML, published_at=MOMENT, authors=["A", " ", "B"]).known == Known(None, ("A", "B"), MOMENT)


@pytest.mark.parametrize(
    ("arguments", "error", "said"),
    [
        ({"response": "<p>"}, TypeError, "takes a response, not str"),
        ({"title": 7}, TypeError, "'title' must be a string, not int"),
        ({"authors": [1]}, TypeError, "'authors' must be a string, or several in a list"),
        ({"authors": 1}, TypeError, "'authors' must be a string, or several in a list"),
        ({"published_at": 1}, TypeError, "'published_at' must be a datetime or a string, not int"),
        ({"published_at": "soon"}, ValueError, "no ISO 8601 time: 'soon'"),
        ({"published_at": "2026-05-01T10:00:00"}, ValueError, "no time zone"),
        ({"text": "div["}, ValueError, "no CSS selector"),
        ({"text": "div" + " div" * 500}, ValueError, "must be a CSS selector of 1 to 2,000 characters"),
        ({"url": "mailto:a@example.org"}, ValueError, "'url' must be an http"),
        ({"url": "http://["}, ValueError, "'url' must be an http"),
        ({"site": "The Gazette"}, ValueError, "'site' must be 1 to 64 letters"),
        ({"response": JsonResponse(URL, body=b"{}")}, ValueError, "is no HTML; give html="),
        ({"response": Response(URL, body=b"%PDF")}, ValueError, "is no HTML; give html="),
        ({"response": HTML.replace(status=404)}, ValueError, "answered with 404"),
    ],
)
def test_it_refuses_what_cannot_be_used_in_one_line(
    arguments: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=r"^[^\n]*$") as raised:
        page_item(**{"response": HTML} | arguments)
    assert said in str(raised.value)


def test_what_a_spider_knows_is_read_back_from_its_line() -> None:
    note = SpiderNote(Known("Titel „ä“", ("Mara", "Ros"), MOMENT, "div.a"), URL)
    assert note.to_json().isascii()
    assert "\n" not in note.to_json()
    assert SpiderNote.from_json(note.to_json()) == note


def test_the_archive_holds_all_that_is_taken_of_a_long_title_and_many_authors() -> None:
    known = page_item(HTML, title="long " * 1_000, authors=["Mara" * 1_000] * 200).known
    assert SpiderNote.from_json(SpiderNote(known).to_json()).known == known
    assert len(known.title or "") == 2_000


@pytest.mark.parametrize(
    "line", ["", "[]", "7", '{"title": 7, "authors": "x", "published_at": "2026-05-01", "text": []}', '{"url": ""}']
)
def test_a_line_of_another_program_says_nothing(line: str) -> None:
    assert SpiderNote.from_json(line) == SpiderNote()


def test_a_time_is_kept_to_the_microsecond() -> None:
    known = Known(published_at=datetime(2026, 5, 1, 8, 0, 0, 7, UTC))
    assert SpiderNote.from_json(SpiderNote(known).to_json()).known == known
