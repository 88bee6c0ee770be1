from __future__ import annotations

from datetime import UTC, datetime

from cleaning.live.entry_times import find_moments
from cleaning.live.time_marks import TimeMark


def test_no_day_follows_the_last_one() -> None:
    last = datetime(9999, 12, 31, 23, 0, tzinfo=UTC)
    marks = [TimeMark(0, "23:00", 1380, last), TimeMark(1, "02:00", 120), TimeMark(2, "05:00", 300)]
    assert find_moments(marks, None, None)[0] == last
    fetched_at = datetime(2026, 11, 30, 19, 0, tzinfo=UTC)
    assert find_moments(marks, None, fetched_at) == [None, None, None]
