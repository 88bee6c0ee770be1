"""A paper that shows each story at several addresses, and answers 304 to who has the page already."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import formatdate
from hashlib import sha256
from time import time

from servers.paper import Answer, Paper, prose

DAY = "/2025/11/28"
PLAIN = [f"{DAY}/the-mill-at-{place}-is-sold" for place in ("aldmoor", "brill", "corsey")]
SHORT = [f"{DAY}/the-ferry-to-{place}-is-late" for place in ("dunham", "ely", "fenwick")]
SESSION = [f"/show/story?number={number}" for number in (11, 12, 13, 14)]
RECHECKED = f"{DAY}/the-bridge-at-gorsedale-has-a-hole"


class ManyAddressesPaper(Paper):
    """Serves stories at several addresses each. `bodies` counts the answers with a body, by path."""

    def __init__(self) -> None:
        super().__init__()
        self.bodies: dict[str, int] = {}

    def print_edition(self, session: str, *, days: float) -> None:
        """Serve the paper of one night: the session that its sitemap names, the age of the story that changes."""
        stories = [*PLAIN, *SHORT, RECHECKED]
        for path in stories:
            self.article(path, f"Headline of {path.rsplit('/', 1)[1].replace('-', ' ')}", text=prose(path, 9))
        for path in PLAIN:
            for twin in (f"{path}/", f"{path}/index.html", f"{path}/amp/", f"{path}?partner=rss", f"{path}?print=1"):
                self.routes[twin] = self.routes[path]
        for number, path in enumerate(SHORT):
            self.routes[f"/?p={number}"] = Answer("", 301, {"Location": path})
        listed = [f"{path}&visit={session}" for path in SESSION]
        for path, base in zip(listed, SESSION, strict=True):
            self.article(path, f"Headline number {base[-2:]} of the show", text=prose(path, 9))
        old = formatdate(time() - 5 * 86_400)
        self.feed(
            "/feed.xml",
            *((f"{path}?partner=rss", old) for path in PLAIN),
            *((f"/?p={number}", old) for number in range(len(SHORT))),
            (RECHECKED, formatdate(time() - days * 86_400)),
        )
        twins = [
            twin for path in PLAIN for twin in (f"{path}/", f"{path}/index.html", f"{path}/amp/", f"{path}?print=1")
        ]
        entries = "".join(f"<url><loc>{self.url}{path}</loc></url>".replace("&", "&amp;") for path in [*twins, *listed])
        sitemap = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'
        self.routes["/map.xml"] = Answer(sitemap, headers={"Content-Type": "application/xml"})
        self.routes["/robots.txt"] = Answer(
            f"User-agent: *\nSitemap: {self.url}/map.xml\n", headers={"Content-Type": "text/plain"}
        )
        feed = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
        self.front(*PLAIN, *SHORT, head=feed)
        for path, answer in list(self.routes.items()):
            if isinstance(answer, Answer) and answer.status == 200:
                self.routes[path] = self._make_conditional(path, answer)

    def _make_conditional(self, path: str, answer: Answer) -> Callable[[], Answer]:
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
        tag = f'"{sha256(body).hexdigest()[:12]}"'

        def respond() -> Answer:
            if self.headers[path].get("if-none-match") == tag:
                return Answer("", 304, {"ETag": tag})
            self.bodies[path] = self.bodies.get(path, 0) + 1
            return Answer(body, headers={**answer.headers, "ETag": tag})

        return respond
