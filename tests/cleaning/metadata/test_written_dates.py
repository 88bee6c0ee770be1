from __future__ import annotations

from datetime import datetime

import pytest
from page_heads import make_json_ld, read_draft

from cleaning.metadata.dates.day_month_order import DateOrder, detect_date_order
from cleaning.metadata.dates.month_names import parse_month
from cleaning.metadata.dates.written_dates import find_written_times
from cleaning.metadata.structured import read_structured
from cleaning.page.parsing import parse_tree
from cleaning.records.given import Page
from cleaning.records.times import UNSTATED, format_iso

MAY = datetime(2024, 5, 6, tzinfo=UNSTATED)


@pytest.mark.parametrize(
    "line",
    [
        "6 May 2024",
        "6th of May 2024",
        "May 6, 2024",
        "Monday, May 6th, 2024",
        "6-May-2024",
        "MAY 6 2024",
        "6. Mai 2024",
        "lundi 6 mai 2024",
        "6 de mayo de 2024",
        "6 de maio de 2024",
        "6 maggio 2024",
        "6 mei 2024",
        "6. maj 2024",
        "6 maja 2024",
        "6 мая 2024",
        "6 травня 2024 р.",
        "6 Μαΐου 2024",
        "6 ΜΑΪΟΥ 2024",
        "6 Mayıs 2024",
        "6 मई 2024",
        "6 พฤษภาคม 2567",
        "2024. május 6.",
        "2024 m. gegužės 6 d.",
        "2024. gada 6. maijs",
        "6. května 2024",
        "6 مايو 2024",
        "2024年5月6日",
        "2024년 5월 6일",
        "2024-05-06",
        "2024/5/6",
        "06.05.2024",
        "06/05/2024",
        "6.5.24",
    ],
)
def test_a_day_is_read_in_many_languages(line: str) -> None:
    (found,) = {one.moment for one in find_written_times(line, DateOrder("de", month_first=False))}
    assert found == MAY


@pytest.mark.parametrize(
    ("line", "hour"),
    [
        ("6 May 2024 at 9:25 pm", "21:25:00Z"),
        ("6 May 2024, 12:05 a.m.", "00:05:00Z"),
        ("May 6, 2024 9pm", "21:00:00Z"),
        ("06.05.2024, 18.40 Uhr", "18:40:00Z"),
        ("06.05.2024 - 18:40:31", "18:40:31Z"),
        ("6 mai 2024 à 18h40", "18:40:00Z"),
        ("18:40 06/05/2024", "18:40:00Z"),
        ("May 06 2024 18:40:31 GMT+0200", "18:40:31+02:00"),
        ("2024-05-06T18:40:31.250Z", "18:40:31Z"),
        ("6 May 2024, 12 comments", "00:00:00Z"),
        ("6 May 2024 25:61", "00:00:00Z"),
    ],
)
def test_an_hour_beside_the_day_is_read_with_it(line: str, hour: str) -> None:
    (found,) = {one.moment for one in find_written_times(line, DateOrder("de", month_first=False))}
    assert format_iso(found) == f"2024-05-06T{hour}"


@pytest.mark.parametrize(
    "line",
    [
        "10 things to know in 2024",
        "May 2024",
        "31 February 2024",
        "Version 1.2.3.4",
        "Call 06 05 2024 12",
        "13/13/2024",
        "2024-25 season",
        "6 Maybe 2024",
        "",
    ],
)
def test_other_texts_are_no_day(line: str) -> None:
    assert list(find_written_times(line, DateOrder("en", month_first=False))) == []


@pytest.mark.parametrize(
    ("line", "month_first", "found"),
    [
        ("4/5/2024", True, "2024-04-05"),
        ("4/5/2024", False, "2024-05-04"),
        ("4/5/2024", None, None),
        ("4/25/2024", False, "2024-04-25"),  # it has but one meaning
        ("25/4/2024", True, "2024-04-25"),
        ("5/5/2024", None, "2024-05-05"),
        ("4.5.2024", True, "2024-05-04"),  # full stops are written where the day comes first
        ("12.16.2024", True, "2024-12-16"),
    ],
)
def test_the_order_of_the_page_decides_where_figures_have_two_meanings(
    line: str, month_first: bool | None, found: str | None
) -> None:
    days = [one.moment.date().isoformat() for one in find_written_times(line, DateOrder("en", month_first))]
    assert days == ([found] if found else [])


def test_a_name_of_two_months_is_that_of_the_page_s_language() -> None:
    assert parse_month("listopada", "pl") == 11
    assert parse_month("listopada", "hr") == 10
    assert parse_month("Sept.".rstrip("."), "xx") == 9
    assert parse_month("Herbst", "de") is None


@pytest.mark.parametrize(
    ("tag", "host", "order"),
    [
        ("de-DE", "post.example", DateOrder("de", month_first=False, country="de")),
        ("en-US", "post.example", DateOrder("en", month_first=True, country="us")),
        ("en_GB", "post.example", DateOrder("en", month_first=False, country="gb")),
        ("en", "post.co.uk", DateOrder("en", month_first=False, country="uk")),
        ("en", "post.com", DateOrder("en", month_first=True)),
        ("en-US", "post.de", DateOrder("en", month_first=False, country="de")),  # a program's default
        ("en-GB", "post.io", DateOrder("en", month_first=False, country="gb")),
        ("", "post.fr", DateOrder("", month_first=False, country="fr")),
        ("", "post.com", DateOrder("", None)),
    ],
)
def test_language_and_country_decide_the_order(tag: str, host: str, order: DateOrder) -> None:
    tree = parse_tree(f"<html lang='{tag}'><body>x</body></html>")
    assert tree is not None
    assert detect_date_order(tree, read_structured(tree), Page(f"https://www.{host}/a", "")) == order


def test_the_configured_language_comes_first() -> None:
    tree = parse_tree("<html lang='en-US'><body>x</body></html>")
    assert tree is not None
    page = Page("https://www.post.example/a", "", language="el")
    assert detect_date_order(tree, read_structured(tree), page) == DateOrder("el", month_first=False, country="us")


def test_statements_for_machines_are_read_in_the_order_of_the_page() -> None:
    stated = make_json_ld(datePublished="04/05/2024")
    for lang, found in (("en-US", "2024-04-05"), ("en-GB", "2024-05-04"), ("it", "2024-05-04")):
        published = read_draft(stated, lang=lang).published_at
        assert published is not None
        assert published.date().isoformat() == found
