"""JSON-LD as pages have it: with errors, in any order, and made to keep a reader busy."""

from __future__ import annotations

import json

import pytest
from page_heads import read_draft

from cleaning.metadata.linked_data import MAX_BROKEN, MAX_OBJECTS, read_objects

PLAIN = '{"@type": "NewsArticle", "headline": "Ferry", "author": {"@type": "Person", "name": "Ida Moss"}}'
BODY = PLAIN[1:-1]


@pytest.mark.parametrize(
    "script",
    [
        PLAIN,
        f"\ufeff{PLAIN};",
        f"//<![CDATA[\n{PLAIN}\n//]]>",
        f"/*<![CDATA[*/ {PLAIN} /*]]>*/",
        f"<!--\n{PLAIN}\n-->",
        f"// of the article\n{PLAIN}",
        f"/* of the article */{PLAIN}",
        f"{{{BODY},}}",
        f"{{,{BODY}}}",
        f"{{{BODY}, /* no image */ }}",
        f'{{{BODY}, "tags": ["a", "b",], "url": "https://harbour-post.example/x",}}',
        f'{{{BODY}, "url": "https:\\/\\/harbour-post.example\\/x", "note": "It\\\'s \\d"}}',
        f'{{{BODY}, "note": "two\nlines\tand a tab"}}',
        f'{{{BODY}, "note": "the "night" ferry"}}',
        f'{{{BODY}, "image": }}',
        f'{{{BODY}, "image": undefined}}',
        f'{{{BODY}, "text": "It ended in the midst',
        PLAIN.replace(", ", " ", 1),
        PLAIN.replace('"', "'"),
        PLAIN.replace('"@type"', "@type").replace('"author"', "author"),
        PLAIN.replace('"', "&quot;"),
        f"window.data = {PLAIN};",
        f'{{"@type": "WebSite", "name": "Harbour Post"}}\n{PLAIN}',
        f'{{"@type": "WebSite", "name": "Harbour Post"}},{PLAIN}',
    ],
)
def test_json_ld_with_errors_is_read(script: str) -> None:
    objects = read_objects([script])
    article = next(item for item in objects if item["@type"] == "NewsArticle")
    assert (article["headline"], article["author"]) == ("Ferry", {"@type": "Person", "name": "Ida Moss"})


def test_strings_are_kept_as_they_are_while_errors_around_them_are_mended() -> None:
    text = 'a, ] b /* c */ // d <!-- e \\ " f ,} é \n'
    script = f'{{"note": {json.dumps(text)}, "url": "http://a.example//b",}} // g'
    assert read_objects([script]) == [{"note": text, "url": "http://a.example//b"}]


def test_a_long_script_with_a_comma_too_many_is_read_whole() -> None:
    body = "The night ferry runs again. " * MAX_BROKEN
    objects = read_objects([f'{{"articleBody": "{body}", "author": "Ida Moss",}}'])
    assert (len(objects[0]["articleBody"]), objects[0]["author"]) == (len(body), "Ida Moss")


@pytest.mark.parametrize("script", ["", "{", "[" * 50_000, "no data", "<script>", "{" * 5_000, "]]>", "\x00"])
def test_what_is_no_json_gives_no_objects(script: str) -> None:
    assert [item for item in read_objects([script]) if item] == []


@pytest.mark.parametrize(
    "unit", ['"', "'", '\\"', "/*", "//", ", ", "{} ", '{"a":1} ', '{"', "<!--", '[-"a",\\u', "@a:"]
)
def test_hostile_scripts_are_read_before_the_time_of_a_test_is_over(unit: str) -> None:
    length = 2_000_000  # minutes, if the time grew with its square
    assert len(read_objects([(unit * length)[:length]] * 3)) <= MAX_OBJECTS


def test_the_fields_of_a_page_come_from_broken_json_ld() -> None:
    head = f'<script type="application/ld+json">{{{BODY}, "datePublished": "2024-05-16T21:40:00+02:00",}}</script>'
    found = read_draft(head)
    assert (found.authors, found.published_at and found.published_at.day) == (("Ida Moss",), 16)
