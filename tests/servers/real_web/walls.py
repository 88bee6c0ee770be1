"""A paper that shows other pages instead of its articles: a consent text, a log-in, a notice, a way round."""

from __future__ import annotations

import re
from collections.abc import Callable

from servers.paper import Answer, Paper, prose

FOLDER = "/2025/10/07"
OPEN = [f"{FOLDER}/{name}" for name in ("a-ferry-for-the-north-bank", "the-choir-has-a-new-hall")]
# In place of these stands the same text, under its own title, in a language that no phrase list of ours has.
CONSENT = [
    f"{FOLDER}/{name}" for name in ("the-baker-counts-his-loaves", "who-painted-our-lighthouse", "rain-on-the-fair")
]
# In place of these, too, but under the headline of each article.
UNTITLED = [f"{FOLDER}/{name}" for name in ("old-trams-are-sold", "a-bench-for-the-pier", "geese-return-to-the-weir")]
ELSEWHERE = {
    f"{FOLDER}/gone-to-the-front-page": "/",
    f"{FOLDER}/gone-to-the-sign-in": "/login?next=x",
    f"{FOLDER}/gone-to-a-section": "/harbour/",
    f"{FOLDER}/gone-to-a-gate": "/g7?to=%2F2025%2F10%2F07%2Fgone-to-a-gate",
    f"{FOLDER}/gone-to-the-error": "/404.html",
}
OFF_SITE = [f"{FOLDER}/led-to-another-house-{word}" for word in ("once", "twice", "thrice")]
NOTICE = f"{FOLDER}/an-article-that-was-deleted"
TO_ITSELF, ROUND, ENDLESS = f"{FOLDER}/cookie-by-itself", f"{FOLDER}/cookie-by-a-second-page", f"{FOLDER}/never-ends"
STUBS = {"/go/meta": f"{FOLDER}/behind-a-meta-refresh", "/go/header": f"{FOLDER}/behind-a-header"}
RELOADING = f"{FOLDER}/a-page-that-reloads-itself"
WORDS = re.findall(
    r"\w+",
    "mirelo tavunko sepra oldin karibu wenfa lutrem nosti pellaro quindo zamer iloba truvek hasmin dorelu fencat",
)


def strange_text(start: int) -> str:
    """Return a sentence of a language that there is not."""
    return " ".join(WORDS[(start * 5 + step * step) % len(WORDS)] for step in range(30)).capitalize() + "."


WALL = [strange_text(start) for start in range(6)]


def _page(title: str, paragraphs: list[str], head: str = "") -> str:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"<html><head><title>{title}</title>{head}</head><body><main><h1>{title}</h1>{body}</main></body></html>"


def headline_of(path: str) -> str:
    return path.rsplit("/", 1)[1].replace("-", " ").capitalize()


def publish_walls(paper: Paper) -> None:
    """Serve everything that this module names, and a feed that lists it."""
    for path in (*OPEN, *STUBS.values()):
        paper.article(path, headline_of(path), when="2025-10-07T08:00:00Z")
    paper.article(RELOADING, headline_of(RELOADING), head='<meta http-equiv="refresh" content="300;url=/harbour/">')
    for path in CONSENT:
        paper.routes[path] = Answer(_page("Mirelo tavunko", [*WALL, f"Oldin {len(path)} wenfa"]))
    for path in UNTITLED:
        paper.routes[path] = Answer(_page(headline_of(path), [strange_text(start) for start in range(6, 12)]))
    for path, target in ELSEWHERE.items():
        paper.routes[path] = Answer(status=302, headers={"Location": target})
    for target in ("/login?next=x", "/harbour/", "/404.html", "/g7?to=%2F2025%2F10%2F07%2Fgone-to-a-gate"):
        paper.routes[target] = Answer(_page("Welcome", prose(target)))
    for path in OFF_SITE:
        paper.routes[path] = Answer(status=302, headers={"Location": f"http://127.0.0.9/consent?from={path}"})
    paper.routes[NOTICE] = Answer(_page("Selvim oro", [strange_text(40)]))
    paper.routes[TO_ITSELF] = _ask_for_cookie(paper, TO_ITSELF, TO_ITSELF)
    paper.routes[ROUND] = _ask_for_cookie(paper, ROUND, "/welcome")
    paper.routes["/welcome"] = Answer(status=302, headers={"Location": ROUND, "Set-Cookie": "visitor=1; Path=/"})
    paper.routes[ENDLESS] = Answer(status=302, headers={"Location": ENDLESS})
    paper.routes["/go/meta"] = Answer(f"<head><meta content='0;URL={STUBS['/go/meta']}' http-equiv=refresh></head>")
    paper.routes["/go/header"] = Answer("<p>Wait</p>", headers={"Refresh": f"1; url={STUBS['/go/header']}"})
    every = [*OPEN, *CONSENT, *UNTITLED, *ELSEWHERE, *OFF_SITE, NOTICE, TO_ITSELF, ROUND, ENDLESS, RELOADING, *STUBS]
    items = "".join(f"<item><title>{headline_of(path)}</title><link>{paper.url}{path}</link></item>" for path in every)
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>The Paper</title>{items}</channel></rss>'
    paper.routes["/feed.xml"] = Answer(feed, headers={"Content-Type": "application/rss+xml"})
    paper.front(head='<link rel="alternate" type="application/rss+xml" href="/feed.xml">')


def _ask_for_cookie(paper: Paper, path: str, target: str) -> Callable[[], Answer]:
    article = _page(headline_of(path), prose(path))

    def answer() -> Answer:
        if "visitor=1" in paper.headers[path].get("cookie", ""):
            return Answer(article)
        cookie = {"Set-Cookie": "visitor=1; Path=/"} if target == path else {}
        return Answer(status=302, headers={"Location": target, **cookie})

    return answer
