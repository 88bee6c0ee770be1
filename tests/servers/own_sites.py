"""What `scrapy crawl articles` does not reach, on loopback: a log-in form, a JSON API, a list without a feed."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs

from servers.loopback import Loopback, Quiet
from servers.paper import prose

USER, PASSWORD, SESSION = "mara", "ferry 7", "c0ffee"
STORIES = 3  # of the API a page, of which it has two
_MENU = "<nav><a href='/'>Front page</a> <a href='/statements/'>Statements</a></nav>"


def page(title: str, body: str) -> str:
    return f"<!doctype html><html lang=en><head><title>{title}</title></head><body>{_MENU}{body}</body></html>"


def text_of(path: str) -> str:
    """Return the text of the article at a path."""
    return "\n".join(prose(path, paragraphs=4))


def paragraphs_of(path: str) -> str:
    return "".join(f"<p>{paragraph}</p>" for paragraph in prose(path, paragraphs=4))


class OwnSites(Loopback):
    """Serves the three on 127.0.0.1, and records the requests as (method, path)."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.robots = ""
        self.busy: list[int] = []  # seconds that each next answer of /busy asks to wait
        sites = self

        class Handler(Quiet, BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                sites.asked.append(("GET", self.path))
                self._answer(*sites._get(self.path, self.headers.get("Cookie") or ""))

            def do_POST(self) -> None:
                sites.asked.append(("POST", self.path))
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                if self.path == "/login" and (form["user"], form["password"]) == ([USER], [PASSWORD]):
                    # As many sites do: the page behind the form follows by a redirect, with the cookie.
                    session = f"session={SESSION}; Path=/"
                    self._answer(302, "", {"Location": "/members/", "Set-Cookie": session})
                else:
                    self._answer(403, page("No entry", "<p>Wrong name or password.</p>"), {})

            def _answer(self, status: int, text: str, headers: dict[str, str]) -> None:
                body = text.encode()
                self.send_response(status)
                for name, value in ({"Content-Type": "text/html; charset=utf-8"} | headers).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        super().__init__("127.0.0.1", Handler)

    def _get(self, path: str, cookie: str) -> tuple[int, str, dict[str, str]]:
        """Return status, body and headers of an answer."""
        if path == "/robots.txt":
            return 200, self.robots, {"Content-Type": "text/plain"}
        if path == "/busy" and self.busy:
            return 503, page("Busy", "<p>Come again later.</p>"), {"Retry-After": str(self.busy.pop(0))}
        if path == "/busy":
            return 200, page("Busy no more", f"<article><h1>Busy no more</h1>{paragraphs_of(path)}</article>"), {}
        if path.startswith("/behind-a-wall/"):
            return (
                200,
                page("Before you go on", f"<article><h1>Before you go on</h1>{paragraphs_of('wall')}</article>"),
                {},
            )
        if path == "/login":
            fields = "<input name=user><input name=password type=password><input type=hidden name=token value=t1>"
            return 200, page("Log in", f"<form method=post action=/login>{fields}</form>"), {}
        if path.startswith("/members/"):
            return self._show_member_page(path, is_member=f"session={SESSION}" in cookie)
        if path.startswith("/api/stories?page="):
            return 200, json.dumps(self._list_stories(int(path[-1]))), {"Content-Type": "application/json"}
        if path.startswith("/statements/"):
            return 200, _show_statement(path), {}
        return 404, page("Not found", ""), {}

    def _show_member_page(self, path: str, *, is_member: bool) -> tuple[int, str, dict[str, str]]:
        if not is_member:
            return 200, page("Members only", "<p>Please log in to read this page.</p>"), {}
        if path == "/members/":
            links = "".join(f"<h2><a href='/members/{number}'>Story {number}</a></h2>" for number in (1, 2))
            return 200, page("For members", links), {}
        return (
            200,
            page(
                f"Member story {path[-1]}", f"<article><h1>Member story {path[-1]}</h1>{paragraphs_of(path)}</article>"
            ),
            {},
        )

    def _list_stories(self, number: int) -> dict[str, object]:
        first = STORIES * (number - 1)
        stories = [
            {
                "link": f"/stories/{index}",
                "headline": f"Story {index} of the API",
                "authors": ["Mara Lind", "Ros Quin"],
                "published": f"2026-03-{index + 1:02}T08:30:00+01:00",
                "body": paragraphs_of(f"/stories/{index}"),
            }
            for index in range(first, first + STORIES)
        ]
        return {"stories": stories, "next": f"/api/stories?page={number + 1}" if number < 2 else None}


def _show_statement(path: str) -> str:
    if path in ("/statements/", "/statements/?page=2"):
        numbers = (1, 2) if path == "/statements/" else (3,)
        entries = "".join(
            f"<li class=entry><time datetime='2026-04-0{number}T12:00:00Z'>{number} April</time> "
            f"<a href='/statements/{number}'>Statement {number}</a></li>"
            for number in numbers
        )
        more = "<a class=next href='/statements/?page=2'>older</a>" if path == "/statements/" else ""
        return page("Statements", f"<ul>{entries}</ul>{more}")
    beside = "".join(f"<p>{paragraph}</p>" for paragraph in prose("beside", paragraphs=3))
    return page(
        f"Statement {path[-1]}",
        f"<h1>Statement {path[-1]}</h1><div class=about>{beside}</div><div class=statement>{paragraphs_of(path)}</div>",
    )
