"""What is usual, and what is clearly not."""

from __future__ import annotations

import pytest

from crawler.night_report.measures import format_number, format_size
from crawler.night_report.record import Compared
from crawler.night_report.site_numbers import add_up_sites, merge_runs
from crawler.night_report.sparkline import draw_sparkline
from crawler.night_report.usual import compare
from crawler.terminal.numbers import format_days


@pytest.mark.parametrize(
    ("values", "usual", "direction"),
    [
        ([], None, 0),
        ([5], None, 0),
        ([5, 5, 90], None, 0),  # two nights are no habit
        ([5, 5, 5, 90], 5, 0),  # three are, but not enough for a mark
        ([40, 41, 39, 40, 42, 38, 40, 40], 40, 0),
        ([40, 41, 39, 40, 42, 38, 40, 0], 40, -1),
        ([40, 41, 39, 40, 42, 38, 40, 99], 40, 1),
        ([0, 0, 0, 0, 0, 0, 0, 3], 0, 0),  # of few, a few more say nothing
        ([0, 0, 0, 0, 0, 0, 0, 4], 0, 1),
        ([40, None, 40, None, 40, None, 40, 0], 40, 0),  # four nights are known
        ([40, 40, 40, 40, 40, 40, 40, None], 40, 0),
    ],
)
def test_a_number_is_compared_with_the_nights_before(
    values: list[float | None], usual: float | None, direction: int
) -> None:
    found = compare(values)
    assert (found.usual, found.direction) == (usual, direction)
    assert found.value == (values[-1] if values else None)


def test_a_share_of_a_few_per_cent_may_move() -> None:
    assert compare([0.01] * 8 + [0.06], is_share=True).direction == 0
    assert compare([0.01] * 8 + [0.2], is_share=True) == Compared(0.2, 0.01, 1)


def test_sites_are_added_up_by_what_their_shares_are_of() -> None:
    large = {"stored": 30.0, "listed": 40.0, "completeness": 0.75, "median_length": 3_000.0, "share_cut": 0.1}
    large |= {"articles": 30.0, "characters": 90_000.0}
    small = {"stored": 10.0, "listed": 10.0, "completeness": 1.0, "median_length": 900.0, "share_cut": 0.3}
    small |= {"articles": 10.0, "characters": 10_000.0}
    nothing = {"stored": 0.0, "listed": 0.0}
    rules = {"share_cut/teaser": 0.2}
    total = add_up_sites([large | rules, small, nothing])
    assert total["stored"] == 40
    assert total["completeness"] == pytest.approx(40 / 50)
    assert total["median_length"] == 3_000
    assert total["share_cut"] == pytest.approx((9_000 + 3_000) / 100_000)
    assert total["share_cut/teaser"] == pytest.approx(18_000 / 100_000)  # it cut nothing of the small site
    assert add_up_sites([]) == {}


def test_shares_of_pages_count_the_duplicates() -> None:
    """A night of copies weighs as much as one of articles: all its pages were measured."""
    paper = {"stored": 10.0, "no_author": 0.0, "language/en": 1.0, "median_length": 900.0}
    agency = {"stored": 1.0, "duplicates": 29.0, "no_author": 1.0, "language/de": 1.0, "median_length": 2_000.0}
    total = add_up_sites([paper, agency])
    assert total["no_author"] == pytest.approx(0.75)
    assert (total["language/en"], total["language/de"]) == pytest.approx((0.25, 0.75))
    assert total["median_length"] == 2_000


def test_a_share_of_characters_counts_all_pages_of_a_site_of_which_some_were_measured() -> None:
    large = {"stored": 900.0, "duplicates": 100.0, "articles": 400.0, "characters": 400_000.0, "share_cut": 0.5}
    small = {"stored": 100.0, "articles": 100.0, "characters": 1_000_000.0, "share_cut": 0.0}
    assert add_up_sites([large, small])["share_cut"] == pytest.approx(0.25)
    earlier = [{"stored": 10.0, "median_length": 900.0, "share_cut": 0.1}, {"stored": 10.0, "median_length": 3_000.0}]
    assert add_up_sites([earlier[0], earlier[1] | {"share_cut": 0.0}])["share_cut"] == pytest.approx(0.025)


def test_two_runs_of_one_night_are_one_row() -> None:
    first = {"stored": 8.0, "listed": 20.0, "completeness": 0.4, "seconds": 60.0}
    second = {"stored": 12.0, "listed": 20.0, "completeness": 1.0, "seconds": 90.0}
    merged = merge_runs([first, second])
    assert merged == {"stored": 20, "listed": 20, "completeness": 1.0, "seconds": 150}


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (None, "count", "–"),
        (1234.4, "count", "1,234"),
        (0.0, "share", "0 %"),
        (0.004, "share", "0.4 %"),
        (0.0999, "share", "10 %"),
        (1.0, "share", "100 %"),
        (2.54, "seconds", "2.5 s"),
    ],
)
def test_numbers_are_written_for_a_person(value: float | None, form: str, text: str) -> None:
    assert format_number(value, form) == text


def test_sizes_have_a_unit() -> None:
    assert [format_size(size) for size in (None, 0, 999, 1_500, 250_000_000, 3.2e12)] == [
        *("–", "0 B", "999 B", "1.5 KB", "250 MB", "3.2 TB"),
    ]


def test_the_days_that_a_disk_lasts_are_rounded() -> None:
    days = (0.4, 1.2, 17.8, 60, 200, 729, 731, 3_000, 3_650, 36_630)
    assert [format_days(number) for number in days] == [
        *("less than a day", "1 day", "17 days", "60 days", "7 months", "24 months", "2 years", "8 years"),
        *("more than ten years", "more than ten years"),
    ]


def test_a_line_breaks_where_a_night_is_unknown() -> None:
    assert draw_sparkline([None, 4]) == ""
    assert draw_sparkline([0, 0, None, 0]).count("M") == 2
