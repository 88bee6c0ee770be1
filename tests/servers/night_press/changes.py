"""What happens to a paper from some night on: each event in several forms, by its name and the name of the form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from servers.night_press.edition import HTML_404, KEPT, Edition, make_robots
from servers.night_press.stories import PAPERS, PaperPlan, Story, make_copy, publish_nights
from servers.paper import Answer

Change = Callable[[Edition, int], None]  # the second is the number of nights since it began, 0 in the first
FLOOD = 20  # copies a night


def _stop_publishing(edition: Edition, since: int) -> None:
    """The lists stay as they were in the last night."""
    edition.listed = _list_before(edition, since)


def _list_before(edition: Edition, since: int) -> list[Story]:
    """Return what was listed in the last night before the event."""
    last = edition.night - since - 1
    return list(publish_nights(edition.plan, last - KEPT, last, edition.seed, edition.rhythm))


def _empty_lists(edition: Edition, since: int) -> None:
    """The lists are there, and nothing stands in them."""
    edition.hidden += edition.listed
    edition.listed = []


def _lose_pages(edition: Edition, since: int) -> None:
    """The whole paper answers 404."""
    edition.status = 404


def _list_old(edition: Edition, since: int) -> None:
    """The lists name stories of the first nights alone."""
    edition.hidden += edition.listed
    edition.listed = list(publish_nights(edition.plan, 1, 3, edition.seed, edition.rhythm))


def _use_template(name: str) -> Change:
    def change(edition: Edition, since: int) -> None:
        edition.template = name

    return change


def _close(agent: str) -> Change:
    def change(edition: Edition, since: int) -> None:
        edition.robots = make_robots(f"User-agent: {agent}\nDisallow: /\n")

    return change


def _forbid(edition: Edition, since: int) -> None:
    """Everything answers 403, robots.txt, too."""
    edition.robots = Answer("Forbidden", 403)
    edition.status = 403


def _copy_own(edition: Edition, since: int) -> None:
    """Stories of the last nights under new addresses, each night."""
    _list_copies(edition, edition.plan, since)


def _copy_agency(edition: Edition, since: int) -> None:
    """Stories of the other paper of the language, each night."""
    papers = [plan for plan in PAPERS if plan.language == edition.plan.language and plan.name != edition.plan.name]
    _list_copies(edition, papers[0] if papers else edition.plan, since)


def _list_copies(edition: Edition, copied: PaperPlan, since: int) -> None:
    for night in range(edition.night - since, edition.night + 1):
        theirs = publish_nights(copied, night - 5, night - 1, edition.seed, edition.rhythm)
        wanted = [story for story in theirs if not story.is_missing][:FLOOD]
        edition.listed[:0] = [make_copy(edition.plan, story, night, index) for index, story in enumerate(wanted)]


def _use_shell(kind: str) -> Change:
    def change(edition: Edition, since: int) -> None:
        edition.shell = kind

    return change


def _replace_feed(answer: Callable[[Edition], Answer]) -> Change:
    def change(edition: Edition, since: int) -> None:
        edition.replaced["feed"] = answer

    return change


def _freeze_feed(edition: Edition, since: int) -> None:
    """The feed stays as it was in the last night."""
    before = _list_before(edition, since)[:20]
    edition.replaced["feed"] = lambda edition: edition.make_feed(before)


def _date_by(kind: str) -> Change:
    def change(edition: Edition, since: int) -> None:
        edition.dates = kind

    return change


def _ask_consent(kind: str) -> Change:
    def change(edition: Edition, since: int) -> None:
        edition.consent = kind

    return change


CHANGES: dict[str, dict[str, Change]] = {
    "silent": {"stale": _stop_publishing, "empty": _empty_lists, "404": _lose_pages, "old": _list_old},
    "template": {name: _use_template(name) for name in ("redesign", "lead", "bare", "crowded")},
    "robots": {"all": _close("*"), "ours": _close("Broadsheet"), "403": _forbid},
    "duplicates": {"same": _copy_own, "agency": _copy_agency},
    "javascript": {name: _use_shell(name) for name in ("shell", "noscript", "head", "all")},
    "feed": {
        "404": _replace_feed(lambda edition: HTML_404),
        "410": _replace_feed(lambda edition: replace(HTML_404, status=410)),
        "html": _replace_feed(lambda edition: Answer(edition.render_front())),
        "empty": _replace_feed(lambda edition: edition.make_feed([])),
        "frozen": _freeze_feed,
    },
    "dates": {name: _date_by(name) for name in ("now", "old", "future", "none")},
    "consent": {name: _ask_consent(name) for name in ("text", "redirect", "overlay")},
}
