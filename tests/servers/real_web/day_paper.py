"""A paper of one day whose front page and feed each list a part of its articles, so that the truth is known."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from servers.paper import Answer, Paper

MISSING, EMPTY, FORBIDDEN = "missing", "empty", "forbidden"


class DayPaper(Paper):
    """`lists` are the articles on the front page and in the feed, drawn by `seed` with these shares.

    Of the articles, one in twenty is missing (404), one is nearly empty, and one is forbidden by robots.txt: `fates`
    has those by path.
    """

    def __init__(
        self, articles: int, on_front: float, in_feed: float, *, seed: int = 1, host: str = "127.0.0.1"
    ) -> None:
        super().__init__(host)
        dice = random.Random(seed)
        self.articles = [f"/2026/story/of-the-long-day-number-{number}" for number in range(articles)]
        self.fates = {
            path: fate
            for number, path in enumerate(self.articles)
            if (fate := {3: MISSING, 7: EMPTY, 11: FORBIDDEN}.get(number % 20)) is not None
        }
        published = datetime.now(UTC) - timedelta(hours=5)
        for path in self.articles:
            self._serve(path, published)
        self.lists = [[path for path in self.articles if dice.random() < share] for share in (on_front, in_feed)]
        self.front(*self.lists[0], head=f'<link rel="alternate" type="application/rss+xml" href="{self.url}/feed">')
        self.feed("/feed", *((path, format_datetime(published, usegmt=True)) for path in self.lists[1]))
        forbidden = "".join(f"Disallow: {path}$\n" for path, fate in self.fates.items() if fate == FORBIDDEN)
        self.routes["/robots.txt"] = Answer(f"User-agent: *\n{forbidden}", headers={"Content-Type": "text/plain"})

    @property
    def listed(self) -> set[str]:
        return {path for one in self.lists for path in one}

    def _serve(self, path: str, published: datetime) -> None:
        if self.fates.get(path) == MISSING:
            return
        text = ["Soon more."] if self.fates.get(path) == EMPTY else None
        title = f"Headline of {path.rsplit('/', 1)[1].replace('-', ' ')}"
        self.article(path, title, text=text, when=published.isoformat(timespec="seconds"))
