"""Lists between the paragraphs of a page are the article's, in a bare body, too."""

from __future__ import annotations

import pytest

from cleaning.clean import clean
from cleaning.records.given import Page

URL = "https://www.mill-times.example/2024/06/07/timetable"
BEFORE = "The county has published the timetable of the new ferry, which runs four times a day between the two towns."
COLON = "The boat stops at these places:"
AFTER = (
    "A crossing takes forty minutes. Whoever misses the last boat has to take the bridge, which is thirty miles away."
)
ITEMS = ("Lindmouth, at the old pier", "Pell, on request", "Orrow, below the church")
HEAD = "<html lang='en'><head><title>Four boats a day</title></head><body><h1>Four boats a day</h1>"
LIST = "".join(f"<li>{item}</li>" for item in ITEMS)


def clean_body(body: str) -> list[str]:
    return clean(Page(URL, f"{HEAD}{body}</body></html>")).text.split("\n")


@pytest.mark.parametrize("tag", ["ul", "ol"])
def test_a_list_between_paragraphs_of_a_bare_body_stays(tag: str) -> None:
    lines = clean_body(f"<p>{BEFORE}</p><{tag}>{LIST}</{tag}><p>{AFTER}</p>")
    assert lines == [BEFORE, *ITEMS, AFTER]


def test_a_list_below_a_colon_stays_at_the_end() -> None:
    lines = clean_body(f"<p>{BEFORE}</p><p>{AFTER}</p><p>{COLON}</p><ul>{LIST}</ul>")
    assert lines == [BEFORE, AFTER, COLON, *ITEMS]


def test_a_list_of_links_between_paragraphs_is_none_of_the_article() -> None:
    links = "".join(f"<li><a href='/s/{at}'>{item}</a></li>" for at, item in enumerate(ITEMS))
    assert clean_body(f"<p>{BEFORE}</p><ul>{links}</ul><p>{AFTER}</p>") == [BEFORE, AFTER]
