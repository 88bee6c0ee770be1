"""A newspaper on loopback; the test chooses each of its answers."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from time import monotonic
from typing import NamedTuple

from servers.loopback import Loopback, Quiet

NOUNS = re.findall(
    r"\w+",
    """
bridge council orchard ferry theatre school market lighthouse choir valley harbour teacher doctor garden
letter window winter station library river farmer engine meadow kitchen captain museum bakery forest mayor
island
""",
)
ADJECTIVES = re.findall(
    r"\w+",
    """
old new narrow quiet famous broken wooden distant early local northern careful empty heavy public small yellow
friendly silent northern costly modern royal windy young rural ancient warm hidden proud
""",
)
DAYS = ["Monday", "Friday", "Sunday"]
VERBS = re.findall(
    r"\w+",
    """
opened closed repaired described forgot praised measured painted sold visited rebuilt crossed defended counted
explained refused watched copied planned followed answered questioned found borrowed improved moved
""",
)


def prose(seed: object, paragraphs: int = 6, sentences: int = 3) -> list[str]:
    """Return paragraphs of plain English words. Those of two seeds hardly share a run of four words."""
    chance = random.Random(str(seed))

    def make_thing() -> str:
        return f"{chance.choice(ADJECTIVES)} {chance.choice(NOUNS)}"

    def make_sentence() -> str:
        return (
            f"The {make_thing()} {chance.choice(VERBS)} a {make_thing()} on {chance.choice(DAYS)}, and "
            f"{chance.randrange(3, 900)} people {chance.choice(VERBS)} the {make_thing()} "
            f"with her {chance.choice(NOUNS)}."
        )

    return [" ".join(make_sentence() for _ in range(sentences)) for _ in range(paragraphs)]


@dataclass
class Answer:
    """The answer of the server to one path."""

    body: bytes | str = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    before: Callable[[], None] | None = None  # called before the answer is sent: to wait, to count, to break off


class Visit(NamedTuple):
    """One request that was answered: from which address it came, and when it began and ended, in seconds."""

    client: str
    path: str
    began: float
    ended: float


class Paper(Loopback):
    """Serves `routes` (path -> Answer, or a function that makes one) on 127.0.0.1 and records the requests."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.routes: dict[str, Answer | Callable[[], Answer]] = {}
        self.asked: list[str] = []
        self.visits: list[Visit] = []  # each request that was answered
        self.agents: set[str] = set()
        self.headers: dict[str, dict[str, str]] = {}  # path -> headers of the last request for it, names in lower case
        paper = self

        class Handler(Quiet, BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                began = monotonic()
                paper.asked.append(self.path)
                paper.agents.add(self.headers.get("User-Agent", ""))
                paper.headers[self.path] = {name.lower(): value for name, value in self.headers.items()}
                answer = paper.routes.get(self.path, Answer("<h1>Not found</h1>", 404))
                if callable(answer):
                    answer = answer()
                if answer.before is not None:
                    answer.before()
                body = answer.body.encode() if isinstance(answer.body, str) else answer.body
                headers = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body))}
                self.send_response(answer.status)
                for name, value in (headers | answer.headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
                paper.visits.append(Visit(self.client_address[0], self.path, began, monotonic()))

        super().__init__(host, Handler)

    def article(self, path: str, title: str, *, text: list[str] | None = None, head: str = "", when: str = "") -> None:
        """Serve an article at `path`."""
        stamp = f'<meta property="article:published_time" content="{when}">' if when else ""
        paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in text or prose(path))
        self.routes[path] = Answer(
            f"<!doctype html><html lang=en><head><title>{title} - The Paper</title>{stamp}{head}</head><body><nav>"
            f'<a href="/">Front page</a></nav><article><h1>{title}</h1>{paragraphs}</article></body></html>'
        )

    def front(self, *paths: str, head: str = "", more: str = "") -> None:
        """Serve a front page that links to these articles."""
        links = "".join(f'<li><a href="{path}">A link to {path}</a></li>' for path in paths)
        self.routes["/"] = Answer(
            f"<!doctype html><html><head><title>The Paper</title>{head}</head>"
            f"<body><ul>{links}</ul>{more}</body></html>"
        )

    def publish(self, *paths: str) -> None:
        """Serve articles at these paths, with headlines made of the paths, and a front page that links to them."""
        for path in paths:
            self.article(path, f"Headline of {path.rsplit('/', 1)[1].replace('-', ' ')}")
        self.front(*paths)

    def feed(self, path: str, *entries: tuple[str, str]) -> None:
        """Serve an RSS feed of (article path, RFC 822 date) pairs at `path`."""
        items = "".join(
            f"<item><title>{link}</title><link>{self.url}{link}</link><pubDate>{date}</pubDate></item>"
            for link, date in entries
        )
        rss = f'<?xml version="1.0"?><rss version="2.0"><channel><title>The Paper</title>{items}</channel></rss>'
        self.routes[path] = Answer(rss, headers={"Content-Type": "application/rss+xml"})

    def asked_articles(self) -> list[str]:
        return [path for path in self.asked if path.startswith("/2025/")]
