"""Ten newspapers whose pages are made by scripts, each in a way of its own, with the texts that their readers see."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from servers.paper import Answer, Paper, prose

STORIES = 2
SCRIPT = {"Content-Type": "text/javascript"}
JSON = {"Content-Type": "application/json"}
_SHOW = """
const show = (into, story) => {
  into.innerHTML = `<article><h1>${story.title}</h1>${story.text.map(part => `<p>${part}</p>`).join("")}</article>`;
  document.title = story.title;
};
"""


@dataclass
class ScriptPaper:
    """What a paper of scripts holds: the text of each article by path, and the lines of its entry in sites.toml."""

    texts: dict[str, list[str]]
    titles: dict[str, str]
    entry: str = ""  # the cheapest that gives the texts
    addresses: dict[str, str] = field(default_factory=dict)  # the path that is listed, where another one is stored


def make_stories(name: str, stories: int = STORIES) -> ScriptPaper:
    paths = [f"/2025/10/0{number % 9 + 1}/{name}-story-{number}" for number in range(stories)]
    titles = {path: f"The {name} story number {number} of the week" for number, path in enumerate(paths)}
    return ScriptPaper({path: prose(f"{name} {path}") for path in paths}, titles)


def _page(body: str, title: str = "The Paper", head: str = "") -> str:
    return f"<!doctype html><html lang=en><head><title>{title}</title>{head}</head><body>{body}</body></html>"


def _story(made: ScriptPaper, path: str) -> dict[str, object]:
    return {"title": made.titles[path], "text": made.texts[path]}


def publish_react(paper: Paper) -> ScriptPaper:
    """A shell that asks an API for the list and for each article."""
    made = make_stories("react")
    made.entry = "browser = true"
    app = (
        _SHOW
        + """
    const root = document.getElementById("root");
    if (location.pathname === "/") {
      fetch("/api/stories").then(r => r.json()).then(list => {
        root.innerHTML = "<ul>" + list.map(one => `<li><a href="${one.path}">${one.title}</a></li>`).join("") + "</ul>";
      });
    } else {
      fetch("/api/story?path=" + encodeURIComponent(location.pathname)).then(r => r.json()).then(s => show(root, s));
    }
    """
    )
    shell = _page('<div id="root"></div><script src="/app.js"></script>')
    paper.routes["/app.js"] = Answer(app, headers=SCRIPT)
    paper.routes["/"] = Answer(shell)
    listed = [{"path": path, "title": title} for path, title in made.titles.items()]
    paper.routes["/api/stories"] = Answer(json.dumps(listed), headers=JSON)
    for path in made.texts:
        paper.routes[path] = Answer(shell)
        quoted = path.replace("/", "%2F")
        paper.routes[f"/api/story?path={quoted}"] = Answer(json.dumps(_story(made, path)), headers=JSON)
    return made


def publish_infinite(paper: Paper) -> ScriptPaper:
    """A front page that lists more articles each time its end is seen."""
    made = make_stories("infinite", 9)
    made.entry = 'browser = "lists"'
    for path, text in made.texts.items():
        paper.article(path, made.titles[path], text=text)
    groups = [list(made.texts)[start : start + 3] for start in (0, 3, 6)]
    for number, group in enumerate(groups):
        links = [{"path": path, "title": made.titles[path]} for path in group]
        paper.routes[f"/more?page={number}"] = Answer(json.dumps(links), headers=JSON)
    paper.routes["/"] = Answer(
        _page("""<main id="list"></main><div id="end">Loading</div><script>
    let page = 0, busy = false;
    const more = async () => {
      if (busy || page > 2) return;
      busy = true;
      const links = await (await fetch(`/more?page=${page++}`)).json();
      for (const one of links) {
        const box = document.createElement("div");
        box.style.height = "900px";
        box.innerHTML = `<h2><a href="${one.path}">${one.title}</a></h2>`;
        document.getElementById("list").append(box);
      }
      busy = false;
    };
    new IntersectionObserver(seen => seen.some(one => one.isIntersecting) && more())
      .observe(document.getElementById("end"));
    </script>""")
    )
    return made


def publish_read_more(paper: Paper) -> ScriptPaper:
    """Articles of which a button loads all but the first two paragraphs."""
    made = make_stories("readmore")
    made.entry = 'browser = "articles"\nbrowser_clicks = ["#refuse", "button.more"]'
    paper.front(*made.texts)
    for number, (path, text) in enumerate(made.texts.items()):
        first = "".join(f"<p>{part}</p>" for part in text[:2])
        rest = "".join(f"<p>{part}</p>" for part in text[2:])
        paper.routes[f"/rest/{number}"] = Answer(rest)
        paper.routes[path] = Answer(
            _page(
                f"""<article><h1>{made.titles[path]}</h1><div id=text>{first}</div>
                <button class=more>Read more</button></article>
                <div id=consent style="position:fixed;inset:0;background:white">We use cookies.
                <button id=refuse>Refuse all</button></div><script>
                document.getElementById("refuse").onclick = () => document.getElementById("consent").remove();
                document.querySelector(".more").onclick = async event => {{
                  event.target.remove();
                  const rest = await (await fetch("/rest/{number}")).text();
                  document.getElementById("text").insertAdjacentHTML("beforeend", rest);
                }};</script>""",
                made.titles[path],
            )
        )
    return made


def publish_late(paper: Paper) -> ScriptPaper:
    """Headline and text come by timers, after a second and a half."""
    made = make_stories("late")
    made.entry = 'browser = "articles"'
    paper.front(*made.texts)
    for path in made.texts:
        paper.routes[path] = Answer(
            _page(f"""<main><article><h1></h1></article></main><script>
            const story = {json.dumps(_story(made, path))};
            setTimeout(() => {{
              for (const part of story.text) {{
                const p = document.createElement("p");
                p.textContent = part;
                document.querySelector("article").append(p);
              }}
              setTimeout(() => document.querySelector("h1").textContent = story.title, 900);
            }}, 600);</script>""")
        )
    return made


def publish_shadow(paper: Paper) -> ScriptPaper:
    """An element of the paper's own holds the text in a closed shadow root; headline and first part are in slots."""
    made = make_stories("shadow")
    made.entry = 'browser = "articles"'
    paper.front(*made.texts)
    for path, text in made.texts.items():
        paper.routes[path] = Answer(
            _page(
                f"""<news-story><h1 slot=head>{made.titles[path]}</h1><p>{text[0]}</p></news-story><script>
            customElements.define("news-story", class extends HTMLElement {{
              connectedCallback() {{
                const root = this.attachShadow({{ mode: "closed" }});
                const rest = {json.dumps(text[1:])}.map(part => `<p>${{part}}</p>`).join("");
                root.innerHTML = `<article><slot name=head></slot><slot></slot>${{rest}}</article>`;
              }}
            }});</script>""",
                made.titles[path],
            )
        )
    return made


def publish_worker(paper: Paper) -> ScriptPaper:
    """A service worker answers the requests for texts; no server has them under those addresses."""
    made = make_stories("worker")
    made.entry = 'browser = "articles"'
    paper.front(*made.texts)
    stories = {path: _story(made, path) for path in made.texts}
    paper.routes["/stories.json"] = Answer(json.dumps(stories), headers=JSON)
    paper.routes["/worker.js"] = Answer(
        """
    self.addEventListener("install", () => self.skipWaiting());
    self.addEventListener("activate", event => event.waitUntil(clients.claim()));
    self.addEventListener("fetch", event => {
      const url = new URL(event.request.url);
      if (!url.pathname.startsWith("/offline/")) return;
      event.respondWith((async () => {
        const stories = await (await fetch("/stories.json")).json();
        return new Response(JSON.stringify(stories[url.searchParams.get("path")]));
      })());
    });""",
        headers=SCRIPT,
    )
    for path in made.texts:
        paper.routes[path] = Answer(
            _page(
                '<div id="root">Loading</div><script>'
                + _SHOW
                + """(async () => {
            const claimed = new Promise(done => navigator.serviceWorker.addEventListener("controllerchange", done));
            await navigator.serviceWorker.register("/worker.js");
            if (!navigator.serviceWorker.controller) await claimed;
            const story = await (await fetch("/offline/story?path=" + location.pathname)).json();
            show(document.getElementById("root"), story);
            })();</script>"""
            )
        )
    return made


def publish_next_data(paper: Paper) -> ScriptPaper:
    """The text stands in the data of the page alone: no browser is needed."""
    made = make_stories("nextdata")
    paper.front(*made.texts)
    for path in made.texts:
        body = "".join(f"<p>{part}</p>" for part in made.texts[path])
        data = {
            "props": {
                "pageProps": {
                    "article": {
                        "headline": made.titles[path],
                        "body": body,
                        "datePublished": "2025-10-01T08:00:00Z",
                    }
                }
            }
        }
        paper.routes[path] = Answer(
            _page(
                '<div id="__next"></div>'
                f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(data)}</script>',
                made.titles[path],
            )
        )
    return made


def publish_hydrated(paper: Paper) -> ScriptPaper:
    """The server sends a summary; when the scripts take over, the text stands in its place."""
    made = make_stories("hydrated")
    made.entry = 'browser = "articles"'
    paper.front(*made.texts)
    for path in made.texts:
        stale = "".join(f"<p>{part}</p>" for part in prose(f"stale {path}", 2))
        paper.routes[path] = Answer(
            _page(
                f"""<div id="root"><article><h1>{made.titles[path]}</h1>{stale}</article></div><script>{_SHOW}
            addEventListener("load", () => show(document.getElementById("root"), {json.dumps(_story(made, path))}));
            </script>""",
                made.titles[path],
            )
        )
    return made


def publish_redirecting(paper: Paper) -> ScriptPaper:
    """The front page links to addresses from which a script leads on to the articles."""
    made = make_stories("redirecting")
    made.entry = 'browser = "articles"'
    links = []
    for number, (path, text) in enumerate(made.texts.items()):
        paper.article(path, made.titles[path], text=text)
        listed = f"/2025/10/09/way-to-story-{number}"
        links.append(listed)
        made.addresses[listed] = path
        paper.routes[listed] = Answer(_page(f'<p>One moment.</p><script>location.replace("{path}");</script>'))
    paper.front(*links)
    return made


def publish_lazy(paper: Paper) -> ScriptPaper:
    """The sections of a long article are loaded when their place is seen."""
    made = make_stories("lazy")
    made.entry = 'browser = "articles"'
    paper.front(*made.texts)
    for number, (path, text) in enumerate(made.texts.items()):
        places = []
        for part, paragraph in enumerate(text[1:]):
            paper.routes[f"/section/{number}/{part}"] = Answer(f"<p>{paragraph}</p>")
            places.append(f'<div class=place data-from="/section/{number}/{part}" style="min-height:2400px"></div>')
        paper.routes[path] = Answer(
            _page(
                f"""<article><h1>{made.titles[path]}</h1><p>{text[0]}</p>{"".join(places)}</article><script>
            const watch = new IntersectionObserver(seen => seen.forEach(async ({{ isIntersecting, target }}) => {{
              if (!isIntersecting) return;
              watch.unobserve(target);
              target.innerHTML = await (await fetch(target.dataset.from)).text();
            }}));
            document.querySelectorAll(".place").forEach(place => watch.observe(place));</script>""",
                made.titles[path],
            )
        )
    return made


PRESS: dict[str, Callable[[Paper], ScriptPaper]] = {
    "react": publish_react,
    "infinite": publish_infinite,
    "read-more": publish_read_more,
    "late": publish_late,
    "shadow": publish_shadow,
    "worker": publish_worker,
    "next-data": publish_next_data,
    "hydrated": publish_hydrated,
    "redirecting": publish_redirecting,
    "lazy": publish_lazy,
}
