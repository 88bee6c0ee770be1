"""The ten papers, and the stories that each publishes a night: all by a seed and the number of the night."""

from __future__ import annotations

import math
import random
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from servers.night_press.words import Writer, load_language, make_name

Rhythm = Literal["daily", "no-sunday"]
# What a night brings by its number modulo 7; night 7 is a Sunday.
RHYTHMS: dict[Rhythm, tuple[float, ...]] = {
    "daily": (0.6, 1, 1.1, 1, 1, 1, 0.8),
    "no-sunday": (0, 1.2, 1.1, 1, 1, 1, 0.8),
}
BEFORE = -3  # the first night whose stories are listed on night 1
MISSING, BRIEF = 0.02, 0.02  # shares of stories: their page is gone; they have one sentence
AGENCY = 0.04  # copies of another paper of the language


@dataclass(frozen=True)
class PaperPlan:
    """What makes a paper of the press different from the others."""

    name: str
    language: str
    rate: float  # stories a night
    length: int  # characters of the median story
    template: str
    lists: tuple[str, ...]  # of feed, news-sitemap, sitemap, sections
    path: str  # of a story: {desk}, {slug} and {id}


PAPERS = (
    PaperPlan("lantern", "en", 9, 1500, "classic", ("feed", "news-sitemap", "sections"), "/{desk}/{slug}-{id}.html"),
    PaperPlan("courier", "en", 8, 1900, "plain", ("feed", "sitemap"), "/story/{id}/{slug}"),
    PaperPlan("rundblick", "de", 9, 1700, "boxes", ("feed", "news-sitemap"), "/{desk}/{slug}-{id}.html"),
    PaperPlan("abendpost", "de", 7, 1300, "schema", ("feed", "sitemap", "sections"), "/artikel/{slug}-{id}"),
    PaperPlan("quotidien", "fr", 8, 1600, "classic", ("feed", "sitemap"), "/{desk}/{slug}-{id}.html"),
    PaperPlan("diario", "es", 10, 1400, "schema", ("feed", "news-sitemap", "sections"), "/{desk}/{id}/{slug}"),
    PaperPlan("corriere", "it", 8, 1800, "boxes", ("feed", "sitemap"), "/{desk}/{slug}-{id}.html"),
    PaperPlan("dagblad", "nl", 7, 1500, "plain", ("feed", "news-sitemap"), "/nieuws/{id}/{slug}"),
    PaperPlan("bladet", "sv", 8, 1400, "classic", ("feed", "sitemap", "sections"), "/{desk}/{slug}-{id}.html"),
    PaperPlan("journal", "fr", 9, 1700, "schema", ("news-sitemap", "feed"), "/{desk}/{slug}-{id}.html"),
)


@dataclass(frozen=True)
class Story:
    path: str
    headline: str
    paragraphs: tuple[str, ...]
    desk: str
    author: str
    night: int
    hours: float  # before the crawl of its night
    is_missing: bool = False


def count_stories(plan: PaperPlan, night: int, seed: int, rhythm: Rhythm) -> int:
    """Return how many stories a paper publishes in a night: a draw of Poisson's distribution."""
    chance = random.Random(f"{seed} count {plan.name} {night}")
    bound, product, number = math.exp(-plan.rate * RHYTHMS[rhythm][night % 7]), chance.random(), 0
    while product > bound:
        product *= chance.random()
        number += 1
    return number


@cache
def publish_night(plan: PaperPlan, night: int, seed: int, rhythm: Rhythm) -> tuple[Story, ...]:
    """Return the stories of one night, the newest first."""
    stories = []
    for index in range(count_stories(plan, night, seed, rhythm)):
        story = _make_story(plan, night, index, seed)
        chance = random.Random(f"{seed} agency {plan.name} {night} {index}")
        if chance.random() < AGENCY and (copied := _find_agency_story(plan, night, seed, rhythm)):
            path = _make_path(plan, story.desk, copied.headline, 200_000 + 100 * night + index)
            story = replace(copied, path=path, desk=story.desk, author="", hours=min(copied.hours, story.hours))
        stories.append(story)
    return tuple(sorted(stories, key=lambda story: story.hours))


def publish_nights(plan: PaperPlan, first: int, last: int, seed: int, rhythm: Rhythm) -> Iterator[Story]:
    """Yield the stories of these nights, the newest first."""
    for night in range(last, max(first, BEFORE) - 1, -1):
        yield from publish_night(plan, night, seed, rhythm)


def make_copy(plan: PaperPlan, story: Story, night: int, index: int) -> Story:
    """Return a story again under an address of its own, as one of `night`."""
    path = _make_path(plan, story.desk, story.headline, 700_000 + 100 * night + index)
    return replace(story, path=path, night=night, hours=0.2 + index / 100, is_missing=False)


def make_slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))


def _find_agency_story(plan: PaperPlan, night: int, seed: int, rhythm: Rhythm) -> Story | None:
    """Return the first story that the earlier paper of the language has of this night."""
    for other in PAPERS:
        if other.name == plan.name:
            return None
        if other.language == plan.language:
            found = [story for story in publish_night(other, night, seed, rhythm) if not story.is_missing]
            return found[-1] if found else None
    return None


def _make_story(plan: PaperPlan, night: int, index: int, seed: int) -> Story:
    name = f"{seed} {plan.name} {night} {index}"
    chance = random.Random(f"story {name}")
    writer = Writer(plan.language, name)
    headline = writer.write_headline()
    desk = chance.choice(load_language(plan.language).desks)
    length = 60 if chance.random() < BRIEF else round(plan.length * chance.lognormvariate(0, 0.3))
    paragraphs = writer.write_paragraphs(length)
    staff = [make_name(random.Random(f"{seed} staff {plan.name} {number}")) for number in range(6)]
    return Story(
        path=_make_path(plan, desk, headline, 200_000 + 100 * night + index),
        headline=headline,
        paragraphs=tuple(paragraphs if length > 60 else [paragraphs[0].partition(". ")[0] + "."]),
        desk=desk,
        author=chance.choice(staff) if chance.random() < 0.9 else "",
        night=night,
        hours=round(chance.uniform(0.5, 23.0), 2),
        is_missing=chance.random() < MISSING,
    )


def _make_path(plan: PaperPlan, desk: str, headline: str, number: int) -> str:
    return plan.path.format(desk=make_slug(desk), slug=make_slug(headline)[:70].strip("-"), id=number)
