"""What one paper answers in one night: a change of the paper is a change of the fields of its editions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cached_property
from hashlib import sha256
from html import escape

from servers.night_press.stories import PaperPlan, Rhythm, Story, make_slug, publish_nights
from servers.night_press.templates import Sheet, make_consent_box, render, render_consent, render_shell
from servers.night_press.words import load_language
from servers.paper import Answer

NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'
XML = {"Content-Type": "application/xml"}
HTML_404 = Answer("<!doctype html><title>404</title><h1>Not found</h1>", 404)
KEPT = 10  # nights for which the sitemap lists a story


def make_robots(text: str) -> Answer:
    return Answer(text, headers={"Content-Type": "text/plain"})


@dataclass
class Edition:
    """A paper as it is in a night; `url` is its address without the last slash."""

    plan: PaperPlan
    night: int
    seed: int
    rhythm: Rhythm
    url: str
    now: datetime
    template: str = ""
    robots: Answer = field(default_factory=Answer)
    listed: list[Story] = field(default_factory=list)  # what the lists name, the newest first
    hidden: list[Story] = field(default_factory=list)  # what has a page, and no list names any more
    replaced: dict[str, Callable[[Edition], Answer]] = field(default_factory=dict)  # answers by list: "feed", "/" ...
    dates: str = "true"  # "now", "old", "future", "none": what pages and lists say instead
    shell: str = ""
    consent: str = ""  # "text", "redirect", "overlay"
    status: int = 200  # of all pages and lists

    def __post_init__(self) -> None:
        self.template = self.template or self.plan.template
        lists = {"news-sitemap": "/news.xml", "sitemap": "/sitemap.xml"}
        named = "".join(f"Sitemap: {self.url}{path}\n" for name, path in lists.items() if name in self.plan.lists)
        self.robots = make_robots(f"User-agent: *\nDisallow: /private/\n{named}")
        self.listed = list(publish_nights(self.plan, self.night - KEPT, self.night, self.seed, self.rhythm))
        self.hidden = list(publish_nights(self.plan, -3, self.night - KEPT - 1, self.seed, self.rhythm))

    @cached_property
    def stories(self) -> dict[str, Story]:
        """The stories that have a page, by path. Call when no change follows."""
        return {story.path: story for story in [*self.hidden, *self.listed]}

    @cached_property
    def desks(self) -> dict[str, str]:
        return {f"/{make_slug(desk)}/": desk for desk in load_language(self.plan.language).desks}

    def answer(self, path: str, headers: dict[str, str]) -> Answer:
        """Return the answer to a request; the names of `headers` are in lower case."""
        if path == "/robots.txt":
            return self.robots
        if self.status != 200:
            return Answer(f"<!doctype html><title>{self.status}</title><h1>{self.status}</h1>", self.status)
        if path in self.stories:
            return self._answer_story(self.stories[path], headers)
        kind = {"/feed.xml": "feed", "/news.xml": "news-sitemap", "/sitemap.xml": "sitemap"}.get(path, path)
        if kind in self.replaced:
            return self.replaced[kind](self)
        if kind in ("/", *self.desks):
            return Answer(self.render_front(self.desks.get(kind, "")))
        if kind in self.plan.lists:
            return {"feed": self.make_feed, "news-sitemap": self.make_news, "sitemap": self.make_sitemap}[kind]()
        if path == "/consent":
            return Answer(render_consent(self.plan))
        return HTML_404

    def published(self, story: Story) -> datetime | None:
        """Return the time that pages and lists give for a story."""
        true = self.now - timedelta(days=self.night - story.night, hours=story.hours)
        return {
            "true": true,
            "now": datetime.now(UTC),
            "old": true.replace(year=2009, month=1, day=1),
            "future": true + timedelta(days=400),
        }.get(self.dates)

    def render_front(self, desk: str = "") -> str:
        """Return the front page, or the page of a desk."""
        if self.shell == "all":
            return render_shell(self.plan, "", "shell")
        shown = [story for story in self.listed if not desk or story.desk == desk][:24]
        entries = "".join(f'<h2><a href="{story.path}">{escape(story.headline)}</a></h2>' for story in shown)
        menu = "".join(f'<li><a href="{path}">{name}</a></li>' for path, name in self.desks.items())
        alternate = '<link rel=alternate type="application/rss+xml" href="/feed.xml">'
        head = alternate if "feed" in self.plan.lists else ""
        return (
            f"<!doctype html><html lang={self.plan.language}><head><meta charset=utf-8><title>"
            f"{self.plan.name.title()}</title>{head}</head><body><nav><ul>{menu}</ul></nav><main>{entries}</main></body></html>"
        )

    def make_feed(self, stories: Sequence[Story] | None = None) -> Answer:
        shown = self.listed[:20] if stories is None else stories
        items = "".join(
            f"<item><title>{escape(story.headline)}</title><link>{self.url}{story.path}</link>{self._date(story)}</item>"
            for story in shown
        )
        rss = f'<?xml version="1.0"?><rss version="2.0"><channel><title>{self.plan.name}</title>{items}</channel></rss>'
        return Answer(rss, headers={"Content-Type": "application/rss+xml"})

    def make_news(self) -> Answer:
        entries = "".join(
            f"<url><loc>{self.url}{story.path}</loc><news:news><news:publication><news:name>{self.plan.name}</news:name>"
            f"<news:language>{self.plan.language}</news:language></news:publication>"
            f"<news:publication_date>{self._stamp(story)}</news:publication_date>"
            f"<news:title>{escape(story.headline)}</news:title></news:news></url>"
            for story in self.listed
            if self.night - story.night < 2
        )
        return Answer(f'<?xml version="1.0"?><urlset {NAMESPACE} {NEWS}>{entries}</urlset>', headers=XML)

    def make_sitemap(self) -> Answer:
        entries = "".join(
            f"<url><loc>{self.url}{story.path}</loc><lastmod>{self._stamp(story)}</lastmod></url>"
            for story in self.listed
        )
        return Answer(f'<?xml version="1.0"?><urlset {NAMESPACE}>{entries}</urlset>', headers=XML)

    def _answer_story(self, story: Story, headers: dict[str, str]) -> Answer:
        if story.is_missing:
            return HTML_404
        if self.consent == "redirect":
            return Answer("", 302, {"Location": f"/consent?to={story.path}"})
        if self.consent == "text":
            return Answer(render_consent(self.plan))
        # An overlay shows the beginning behind it, and loads the rest with the consent.
        paragraphs = story.paragraphs[:1] if self.consent == "overlay" else story.paragraphs
        look = f"{self.template} {self.shell} {self.consent} {self.dates} {paragraphs}"
        tag = f'"{sha256(look.encode()).hexdigest()[:16]}"'
        if headers.get("if-none-match") == tag:
            return Answer(b"", 304, {"ETag": tag})
        if self.shell:
            return Answer(render_shell(self.plan, story.headline, self.shell), headers={"ETag": tag})
        teasers = [other for other in self.listed[:30] if other.desk == story.desk and other.path != story.path][:3]
        url = f"{self.url}{story.path}"
        html = render(self.template, Sheet(self.plan, story, url, self.published(story), teasers, paragraphs))
        if self.consent == "overlay":
            html = html.replace("<body>", f"<body>{make_consent_box(self.plan)}")
        return Answer(html, headers={"ETag": tag})

    def _stamp(self, story: Story) -> str:
        published = self.published(story)
        return published.isoformat(timespec="seconds") if published else ""

    def _date(self, story: Story) -> str:
        published = self.published(story)
        return f"<pubDate>{format_datetime(published)}</pubDate>" if published else ""
