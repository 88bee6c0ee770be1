"""The benchmark of thirty nights, at a small scale: five papers, an event each, most of them over two nights later."""

from __future__ import annotations

from pathlib import Path

import pytest
from night_events import draw_events, judge_findings
from night_runs import run_nights
from servers.night_press.changes import CHANGES
from servers.night_press.press import Event, NightPress
from servers.night_press.stories import PAPERS, publish_nights

# One at a time is without news: where most papers have none it is a holiday, and no paper of them is silent.
EVENTS = (
    Event("abendpost", "robots", "ours", 7, 9),
    Event("courier", "javascript", "noscript", 8, 10),
    Event("rundblick", "consent", "text", 8, 10),
    Event("lantern", "silent", "stale", 10, 12),
    Event("quotidien", "template", "bare", 9),
)


@pytest.mark.slow
@pytest.mark.timeout(500)
def test_what_happens_to_a_paper_is_told_once_by_its_name_and_closed_when_it_is_over(tmp_path: Path) -> None:
    with NightPress(seed=2, events=EVENTS, papers=PAPERS[:5]) as press:
        nights = run_nights(press, tmp_path, 12)
    judgement = judge_findings(EVENTS, nights)
    assert [verdict for verdict in judgement.verdicts if not verdict.is_right] == []
    assert judgement.false == ()
    assert judgement.wrong_statuses == ()


def test_the_papers_are_the_same_for_a_seed_and_others_for_another() -> None:
    paths = [[story.path for story in publish_nights(PAPERS[0], 1, 9, seed, "daily")] for seed in (1, 1, 2)]
    assert paths[0] == paths[1] != paths[2]
    assert len(set(paths[0])) == len(paths[0])


def test_a_paper_without_news_on_sundays_has_none_in_the_seventh_night() -> None:
    found = list(publish_nights(PAPERS[0], 1, 14, 1, "no-sunday"))
    assert {story.night for story in found} == set(range(1, 15)) - {7, 14}


def test_drawn_events_are_one_of_each_on_papers_of_their_own() -> None:
    for seed in range(20):
        events = draw_events(seed)
        assert {event.name for event in events} == set(CHANGES)
        assert len({event.paper for event in events}) == len({event.night for event in events}) == len(CHANGES)
        assert events == draw_events(seed)
