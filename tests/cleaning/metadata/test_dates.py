from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from page_heads import make_json_ld, read_draft

from cleaning.metadata.dates.machine_times import parse_page_time
from cleaning.metadata.dates.near_headline import read_lines_below
from cleaning.metadata.dates.stated import find_day_in_address
from cleaning.metadata.dates.zone import find_zone_by_clock
from cleaning.page.parsing import parse_tree
from cleaning.records.times import UNSTATED, format_iso, get_stated_offset

HEADLINE = "<h1>Night ferry to Orrow runs again</h1>"
TITLE = "<title>Night ferry to Orrow runs again</title>"
TEXT = f"<p>{'The board decided on Monday that the boat will run again. ' * 5}</p>"


def day(body: str, head: str = "", **more: str) -> str | None:
    published = read_draft(TITLE + head, body, **more).published_at  # type: ignore[arg-type]
    return published.date().isoformat() if published else None


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("2024-05-16T23:40:00+02:00", datetime(2024, 5, 16, 21, 40, tzinfo=UTC)),
        ("2024-05-16T23:40:00.000+0200", datetime(2024, 5, 16, 21, 40, tzinfo=UTC)),
        ("2024-5-16T23:40:00+02:00", datetime(2024, 5, 16, 21, 40, tzinfo=UTC)),
        ("2024-05-16", datetime(2024, 5, 16, tzinfo=UTC)),
        ("2024-5-6 7:05", datetime(2024, 5, 6, 7, 5, tzinfo=UTC)),
        ("Thu, 16 May 2024 21:40:00 GMT", datetime(2024, 5, 16, 21, 40, tzinfo=UTC)),
        ("Thu May 16 2024 23:40:00 GMT+0200 (Central European Summer Time)", datetime(2024, 5, 16, 21, 40, tzinfo=UTC)),
        ("2024-05-16T21:40:00+23:00", datetime(2024, 5, 15, 22, 40, tzinfo=UTC)),  # no zone on Earth
        ("2024-13-45", None),
        ("yesterday", None),
        ("3/4/2024", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("", None),
    ],
)
def test_times_are_read_as_the_same_moment(raw: str, moment: datetime | None) -> None:
    assert parse_page_time(raw) == moment


@pytest.mark.parametrize(
    ("raw", "written", "offset"),
    [
        ("2024-05-01T23:30:00-04:00", "2024-05-01T23:30:00-04:00", -240),
        ("2024-05-01T23:30:00+0545", "2024-05-01T23:30:00+05:45", 345),
        ("2024-05-01T23:30:00.123456Z", "2024-05-01T23:30:00Z", 0),
        ("2024-05-01T23:30:00", "2024-05-01T23:30:00Z", None),
        ("2024-05-01", "2024-05-01T00:00:00Z", None),
        ("2024-05-01T23:30:00+23:00", "2024-05-01T00:30:00Z", None),
    ],
)
def test_a_time_keeps_the_zone_that_the_page_states(raw: str, written: str, offset: int | None) -> None:
    moment = parse_page_time(raw)
    assert moment is not None
    assert (format_iso(moment), get_stated_offset(moment)) == (written, offset)


def test_a_stated_time_comes_before_one_that_is_shown() -> None:
    found = read_draft(make_json_ld(datePublished="2024-05-16T21:40:00Z"), f"{HEADLINE}<p>2 March 2021</p>")
    assert found.published_at == datetime(2024, 5, 16, 21, 40, tzinfo=UTC)


def test_a_name_that_does_not_say_which_date_it_means_comes_after_the_one_that_readers_see() -> None:
    head = "<meta name='date' content='2024-05-03'>"
    assert day(f"{HEADLINE}<p>2 May 2024</p>{TEXT}", head) == "2024-05-02"
    assert day(HEADLINE + TEXT, head) == "2024-05-03"


@pytest.mark.parametrize("raw", ["2031-01-01T00:00:00Z", "1899-12-31"])
def test_an_implausible_time_is_kept_as_written_only(raw: str) -> None:
    found = read_draft(make_json_ld(datePublished=raw))
    assert (found.published_at, found.published_raw) == (None, raw)


def test_the_future_is_the_future_of_the_page() -> None:
    later = make_json_ld(datePublished="2024-05-22T11:00:00Z")
    assert read_draft(later).published_at is not None
    assert read_draft(later, fetched_at=datetime(2024, 5, 1, tzinfo=UTC)).published_at is None
    assert read_draft(later, fetched_at=None).published_at is not None


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/2024/05/16/ferry", "2024-05-16"),
        ("/news/2024-5-6/ferry", "2024-05-06"),
        ("/20240516/ferry", "2024-05-16"),
        ("/meldungen/16-05-2024", "2024-05-16"),
        ("/2024/may/16/ferry", "2024-05-16"),
        ("/2024/Sept/6", "2024-09-06"),
        ("/2024/fish/16/ferry", None),
        ("/2024/05/ferry", None),
        ("/12024051/ferry", None),
    ],
)
def test_a_day_may_stand_in_the_address(path: str, found: str | None) -> None:
    assert find_day_in_address(f"https://www.harbour-post.example{path}") == found


def test_the_day_in_the_address_is_better_than_none() -> None:
    found = read_draft(url="https://www.harbour-post.example/2024/05/16/ferry")
    assert (found.published_at, found.sources["published_at"]) == (datetime(2024, 5, 16, tzinfo=UTC), "the address")
    assert found.published_at is not None
    assert found.published_at.tzname() == UNSTATED.tzname(None)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("<p>By Anna Berg, 2 May 2024</p>", "2024-05-02"),
        ("<p>Published <span>May</span> <span>2</span>, <span>2024</span></p>", "2024-05-02"),
        ("<p>Updated 4 May 2024</p><p>Published 2 May 2024</p>", "2024-05-02"),
        ("<p>Updated 4 May 2024</p>", "2024-05-04"),
        ("<time datetime='2024-05-02T08:00:00Z'>18 days ago</time>", "2024-05-02"),
        (f"<p>Orrow, 2 May 2024. {'The board decided that the boat will run again. ' * 5}</p>", "2024-05-02"),
        (
            f"{TEXT}{TEXT}{TEXT}<p>The boat was built in the yard at Pell, where it came to water on 3 March 1994.</p>",
            None,
        ),
    ],
)
def test_the_date_near_the_headline_is_that_of_the_article(line: str, found: str | None) -> None:
    assert day(HEADLINE + line + TEXT) == found


def test_the_date_above_the_headline_counts_where_none_stands_below() -> None:
    above = "<div><div>2 May 2024</div><div><div><article>{}</article></div></div></div>"
    assert day(above.format(HEADLINE + TEXT)) == "2024-05-02"
    assert day(above.format(f"{HEADLINE}<p>1 May 2024</p>{TEXT}")) == "2024-05-01"


def test_a_date_at_the_end_of_the_title_is_that_of_the_article() -> None:
    found = read_draft("<title>Ferry runs again | Harbour Post | 02.05.2024</title>", TEXT)
    assert found.published_at == datetime(2024, 5, 2, tzinfo=UTC)


def test_the_day_of_the_fetch_in_a_corner_of_the_page_is_no_date_of_the_article() -> None:
    assert day(f"{TEXT * 3}<p>Today is 20 May 2024</p>") is None
    assert day(f"{TEXT * 3}<p>Printed on 2 May 2024</p>") == "2024-05-02"


def test_dates_of_many_articles_are_those_of_a_list() -> None:
    marked = "".join(f"<span itemprop='datePublished' content='2024-05-0{number}'></span>" for number in range(1, 7))
    assert day(HEADLINE + marked) is None
    assert day(HEADLINE + "<span itemprop='datePublished' content='2024-05-01'></span>") == "2024-05-01"


@pytest.mark.parametrize(
    ("shown", "local"),
    [
        ("<meta name='date' content='2024-05-17T01:40:31+02:00'>", "2024-05-17T01:40:31+02:00"),
        ("<meta name='date' content='2024-05-17T03:40:31+02:00'>", "2024-05-16T23:40:31Z"),  # another moment
        ("<time datetime='2024-05-16 18:40:31'>", "2024-05-16T18:40:31-05:00"),
        ("<p>May 16, 2024 | 6:40pm</p>", "2024-05-16T18:40:31-05:00"),
        ("<p>May 16, 2024 | 6:41pm</p>", "2024-05-16T23:40:31Z"),  # another minute
        ("<p>May 15, 2024 | 6:40pm</p>", "2024-05-16T23:40:31Z"),  # further than any zone
        ("<p>May 17, 2024</p>", "2024-05-16T23:40:31Z"),  # a day alone, and not its first moment
    ],
)
def test_a_moment_in_utc_gets_the_zone_of_the_clock_that_the_page_shows(shown: str, local: str) -> None:
    stated = make_json_ld(datePublished="2024-05-16T23:40:31Z")
    head = stated + (shown if shown.startswith("<meta") else "")
    found = read_draft(TITLE + head, HEADLINE + ("" if shown.startswith("<meta") else shown) + TEXT)
    assert found.published_at is not None
    assert format_iso(found.published_at) == local
    assert found.published_at == datetime(2024, 5, 16, 23, 40, 31, tzinfo=UTC)


def test_midnight_of_the_day_that_is_shown_is_a_zone() -> None:
    found = read_draft(
        TITLE + make_json_ld(datePublished="2024-05-15T22:00:00Z"), f"{HEADLINE}<p>16. Mai 2024</p>{TEXT}"
    )
    assert found.published_at is not None
    assert format_iso(found.published_at) == "2024-05-16T00:00:00+02:00"
    assert found.sources["published_at"] == "JSON-LD datePublished, zone from a line near the headline"


def test_a_zone_is_no_further_than_zones_are() -> None:
    noon = datetime(2024, 5, 16, 12, tzinfo=UTC)

    def ahead(minutes: int) -> timezone | None:
        shown = (noon + timedelta(minutes=minutes)).replace(tzinfo=UNSTATED)
        return find_zone_by_clock(noon, shown, has_hour=True)

    assert ahead(330) == timezone(timedelta(minutes=330))
    assert [ahead(minutes) for minutes in (0, 7, 15 * 60, -15 * 60)] == [None] * 4
    assert find_zone_by_clock(noon, noon + timedelta(hours=1), has_hour=True) is None  # it is no clock: it is UTC


def test_the_lines_below_a_headline_end_with_the_text() -> None:
    tree = parse_tree(f"<article><h1>A</h1>tail<p>one <b>two</b></p><ul><li>three</ul>{TEXT * 3}<p>end</p></article>")
    assert tree is not None
    lines = list(read_lines_below(next(tree.iter("h1"))))
    assert lines[:3] == ["tail", "one two", "three"]
    assert len(lines) == 5
    assert "end" not in lines


def test_a_page_of_one_deep_branch_is_read() -> None:
    deep = "<div>" * 240 + "2 May 2024" + "</div>" * 240
    assert day(HEADLINE + deep) == "2024-05-02"
