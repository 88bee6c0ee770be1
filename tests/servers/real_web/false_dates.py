"""A paper that dates every entry of its sitemap by the clock."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from servers.paper import Answer, Paper


class ClockPaper(Paper):
    """A paper whose sitemap dates every article by the time of the request. Its feed has one article only."""

    LISTS = 4  # answers that are no articles: robots.txt, front page, feed, sitemap

    def __init__(self, articles: int, host: str = "127.0.0.1") -> None:
        super().__init__(host)
        self.articles: list[str] = []
        feed = f'<link rel="alternate" type="application/rss+xml" href="{self.url}/feed">'
        self.front(head=f'{feed}<link rel="sitemap" href="{self.url}/sitemap.xml">')
        self.routes["/sitemap.xml"] = self._make_sitemap
        self.feed("/feed", ("/story/of-the-long-archive-0", "Sat, 01 Mar 2025 08:00:00 GMT"))
        self.add(f"/story/of-the-long-archive-{number}" for number in range(articles))

    def add(self, paths: Iterable[str]) -> None:
        """Publish further articles, which were written long ago."""
        for path in paths:
            self.article(path, f"Headline of {path.rsplit('/', 1)[1].replace('-', ' ')}", when="2025-03-01T08:00:00Z")
            self.articles.append(path)

    def list_asked(self, since: int = 0) -> list[str]:
        """Return the articles among the requests from this number on."""
        return [path for path in self.asked[since:] if path in set(self.articles)]

    def _make_sitemap(self) -> Answer:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        entries = "".join(f"<url><loc>{self.url}{path}</loc><lastmod>{now}</lastmod></url>" for path in self.articles)
        namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
        return Answer(f'<urlset xmlns="{namespace}">{entries}</urlset>', headers={"Content-Type": "application/xml"})
