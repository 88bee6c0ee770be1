"""What the page of a story shows: its articles in order of time, what each changed, and how two of them differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from cleaning.errors import ArticleMissing
from crawler.reading_room.word_changes import WordRun, compare_words, count_changed_words
from crawler.terminal.numbers import count_things
from storage.articles.clusters import Cluster, StoryMember, load_cluster
from storage.articles.revisions import Version, load_histories
from storage.reading.article_record import ArticleRecord
from storage.reading.find_page import get_page
from storage.reading.load_articles import load_record

_MAX_CHARACTERS = 100_000  # of a story's copies, that are compared: thirty usual ones take some tenths of a second


class Difference(NamedTuple):
    """In what a copy differs from another text: words that it lacks, words that it has beyond it, its headline."""

    lacking: int
    further: int
    has_other_headline: bool

    def __str__(self) -> str:
        lacking = [f"lacks {count_things(self.lacking, 'word')}"] if self.lacking else []
        further = [f"has {count_things(self.further, 'word')} more"] if self.further else []
        text = " and ".join([*lacking, *further]) or "says the same"
        return f"{text}, under another headline" if self.has_other_headline else text


@dataclass(frozen=True, slots=True)
class ShownStory:
    """A story. `timeline` has its articles, the earliest first; `histories` the versions of each by its id.

    `differences` has, by the id of a copy, in what it differs from the article that represents the story. Of a story of
    many copies, or long ones, those that come first in time have one.
    """

    cluster: Cluster
    timeline: Sequence[StoryMember]
    histories: Mapping[str, Sequence[Version]]
    differences: Mapping[str, Difference]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two articles, and the runs of words that both or one of them has, line by line."""

    one: ArticleRecord
    other: ArticleRecord
    title: Sequence[WordRun]
    text: Sequence[WordRun]

    @property
    def are_same(self) -> bool:
        return all(run.what == "same" for run in (*self.title, *self.text))


def read_story(connection: Connection, name: str) -> ShownStory:
    """Return the story of an article. Raise ArticleMissing if the store holds none of this address or id."""
    page = get_page(connection, name)
    cluster = load_cluster(connection, page.id)
    if cluster is None:
        raise ArticleMissing(f"the page stored of {page.url} is no article: {page.rejected}")
    timeline = sorted(cluster.members, key=lambda one: (one.when, one.id))
    histories = load_histories(connection, [one.id for one in timeline])
    return ShownStory(cluster, timeline, histories, _find_differences(connection, cluster, timeline))


def _find_differences(
    connection: Connection, cluster: Cluster, timeline: Sequence[StoryMember]
) -> dict[str, Difference]:
    copies = [one for one in timeline if one.id != cluster.representative.id]
    left = _MAX_CHARACTERS
    first = load_record(connection, cluster.representative.id)
    found: dict[str, Difference] = {}
    for copy in copies:
        if left <= 0:
            break
        both = _compare(first, load_record(connection, copy.id))
        left -= len(both.other.text)
        has_other_headline = any(run.what != "same" for run in both.title)
        found[copy.id] = Difference(*count_changed_words(both.text), has_other_headline)
    return found


def compare_articles(connection: Connection, one: str, other: str) -> Comparison:
    """Compare the headlines and texts of two articles. Raise ArticleMissing if the store does not hold both."""
    return _compare(*(load_record(connection, get_page(connection, name).id) for name in (one, other)))


def _compare(one: ArticleRecord, other: ArticleRecord) -> Comparison:
    title, text = compare_words(one.title, other.title), compare_words(one.text, other.text)
    return Comparison(one, other, list(title), list(text))


def describe_delay(first: datetime, later: datetime) -> str:
    """Return the time between two moments in the largest unit of which there are two: "90 minutes", "2 days"."""
    seconds = int((later - first).total_seconds())
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size:,} {unit}"
    return f"{seconds:,} seconds"
