"""Sites on loopback that replay the pages of data sets, with validators: ETag, Last-Modified, answers 304."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from hashlib import sha256
from html import escape
from http.server import BaseHTTPRequestHandler
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from gold import Page, get_page_site
from servers.loopback import Loopback, Quiet

NEWEST = datetime(2026, 11, 20, 6, tzinfo=UTC)
LISTED = 20  # articles on the front page and in the feed


class Sent(NamedTuple):
    """One answer of a site."""

    path: str
    status: int
    size: int  # bytes, with the head


class ReplayedSite(Loopback):
    """A front page, a feed and a sitemap of recorded pages. `sent` are the answers so far."""

    def __init__(self, host: str, pages: Iterable[Page]) -> None:
        self.sent: list[Sent] = []
        self.articles = choose_paths(pages)
        self._answers: dict[str, tuple[str, bytes]] = {}
        site = self

        class Handler(Quiet, BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                kind, body = site._answers.get(self.path, ("", b""))
                status = 200 if kind else 404
                tag = f'"{sha256(body).hexdigest()[:16]}"'
                if kind and self.headers.get("If-None-Match") == tag:
                    status, body = 304, b""
                head = {"ETag": tag, "Last-Modified": format_datetime(NEWEST, usegmt=True)} if kind else {}
                head |= {"Content-Type": kind or "text/html", "Content-Length": str(len(body))}
                self.send_response(status)
                for name, value in head.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
                size = len(body) + sum(len(name) + len(value) + 4 for name, value in head.items())
                site.sent.append(Sent(self.path, status, size))

        super().__init__(host, Handler)
        self._answers = make_answers(self.url, self.articles)


def make_answers(url: str, articles: Mapping[str, Page]) -> dict[str, tuple[str, bytes]]:
    """Return the type and body of everything that the site at this address has, by path."""
    links: list[str] = []
    items: list[str] = []
    entries: list[str] = []
    for number, (path, page) in enumerate(articles.items()):
        address, title = escape(url + path), escape(_get_title(page))
        moment = NEWEST - timedelta(hours=number)
        links.append(f'<li><h3><a href="{escape(path)}">{title}</a></h3></li>')
        date = format_datetime(moment, usegmt=True)
        items.append(f"<item><title>{title}</title><link>{address}</link><pubDate>{date}</pubDate></item>")
        entries.append(f"<url><loc>{address}</loc><lastmod>{moment.isoformat()}</lastmod></url>")
    feed = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
    front = f"<!doctype html><html><head>{feed}</head><body><ul>{''.join(links[:LISTED])}</ul></body></html>"
    rss = f'<rss version="2.0"><channel><title>Replay</title>{"".join(items[:LISTED])}</channel></rss>'
    space = "http://www.sitemaps.org/schemas/sitemap/0.9"
    return {path: ("text/html; charset=utf-8", _encode(page)) for path, page in articles.items()} | {
        "/": ("text/html; charset=utf-8", front.encode()),
        "/feed.xml": ("application/rss+xml", rss.encode()),
        "/sitemap.xml": ("application/xml", f'<urlset xmlns="{space}">{"".join(entries)}</urlset>'.encode()),
        "/robots.txt": ("text/plain", f"User-agent: *\nSitemap: {url}/sitemap.xml\n".encode()),
    }


def choose_paths(pages: Iterable[Page]) -> dict[str, Page]:
    """Return the pages by the path at which they are replayed: their own, or one made of their id."""
    chosen: dict[str, Page] = {}
    for page in pages:
        path = quote(urlsplit(page["url"]).path or "/", safe="/%")
        if len(path) < 10 or path in chosen:
            path = f"/article/{sha256(str(page['id']).encode()).hexdigest()[:12]}.html"
        chosen[path] = page
    return chosen


def _get_title(page: Page) -> str:
    text = str(page.get("title") or page.get("text") or page["url"])
    return text.strip().split("\n")[0][:120]


def _encode(page: Page) -> bytes:
    return str(page["html"]).encode("utf-8", "replace")


def choose_sites(pages: Iterable[Page], *, sites: int, most: int) -> list[list[Page]]:
    """Return the pages of the sites that have most of them, at most `most` of each."""
    groups: defaultdict[str, list[Page]] = defaultdict(list)
    for page in pages:
        groups[get_page_site(page)].append(page)
    largest = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))[:sites]
    return [own[:most] for _, own in largest]


@contextmanager
def replay_sites(pages: Iterable[Page], *, sites: int, most: int) -> Iterator[list[ReplayedSite]]:
    """Run the sites that have most pages, each with at most `most` of them and at an address of its own."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(ReplayedSite(f"127.0.2.{number}", own))
            for number, own in enumerate(choose_sites(pages, sites=sites, most=most), 1)
        ]
