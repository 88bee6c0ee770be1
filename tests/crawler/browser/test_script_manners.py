"""What the scripts of a page ask for is asked under the manners of the crawl: robots.txt, and the pauses of a host."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import needs_chromium
from crawling import FAST, Store, run_scrapy
from manners import load_counts
from servers.paper import Answer, Paper, prose
from servers.script_press import SCRIPT

pytestmark = needs_chromium


@pytest.fixture
def other() -> Iterator[Paper]:
    """A second host."""
    with Paper("127.0.0.2") as paper:
        yield paper


ROBOTS = Answer("User-agent: *\nDisallow: /private/\n")
# Scripts that try to reach /private/ past robots.txt, and what each needs of the paper. OTHER is another host.
WAYS = {
    "fetch": "fetch('/private/fetch')",
    "module": "import('/private/module.js')",
    "redirected-fetch": "fetch('/away?redirected-fetch')",
    "redirected-script": "element.src = '/away?redirected-script'; document.head.append(element)",
    "worker": "new Worker('/worker.js')",
    "worker-of-a-blob": "new Worker(URL.createObjectURL(new Blob([`fetch('${location.origin}/private/blob')`])))",
    "shared-worker": "new SharedWorker('/worker.js')",
    "service-worker": "navigator.serviceWorker.register('/service.js')",
    "script-of-another-host": "element.src = 'OTHER/private/script.js'; document.head.append(element)",
    "redirect-to-another-host": "element.src = '/elsewhere'; document.head.append(element)",
}


def make_page(path: str, script: str) -> str:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in prose(path))
    return (
        f"<!doctype html><html lang=en><title>The story {path}</title><body><article><h1>The story {path}</h1>"
        f"{text}</article><script>{script}</script></body></html>"
    )


def crawl(paper: Paper, data: Path, tmp_path: Path, more: str, *settings: str) -> dict[str, int]:
    sites = tmp_path / "sites.toml"
    sites.write_text(f'[[site]]\nname = "paper"\nurl = "{paper.url}/"\nbrowser = "articles"\n{more}')
    given = [part for setting in (*settings, f"SITES_FILE={sites}") for part in ("-s", setting)]
    done = run_scrapy("crawl", "articles", *FAST, *given, data=data, fast=False)
    assert done.returncode == 0, done.stderr
    return load_counts(data)["paper"]


def test_no_script_passes_robots_txt(paper: Paper, other: Paper, data: Path, store: Store, tmp_path: Path) -> None:
    paths = {name: f"/2025/10/01/the-{name}-that-asks" for name in WAYS}
    for name, way in WAYS.items():
        attempt = f"try {{ {way.replace('OTHER', other.url)}; }} catch {{}}"
        script = f"const element = document.createElement('script'); {attempt} setTimeout(() => 0, 600)"
        paper.routes[paths[name]] = Answer(make_page(paths[name], script))
    for name in ("redirected-fetch", "redirected-script"):
        paper.routes[f"/away?{name}"] = Answer("", 302, {"Location": f"/private/{name}"})
    paper.routes["/elsewhere"] = Answer("", 302, {"Location": f"{other.url}/private/elsewhere.js"})
    paper.routes["/worker.js"] = Answer("fetch('/private/worker'); importScripts('/private/of-worker')", headers=SCRIPT)
    paper.routes["/service.js"] = Answer(
        "addEventListener('install', () => fetch('/private/service')); importScripts('/private/of-service')",
        headers=SCRIPT,
    )
    paper.routes["/robots.txt"] = other.routes["/robots.txt"] = ROBOTS
    paper.front(*paths.values())
    hosts = f'browser_hosts = ["{other.url.removeprefix("http://")}"]\n'
    counts = crawl(paper, data, tmp_path, hosts)
    assert set(store.texts()) == set(paths.values())
    assert not [path for path in (*paper.asked, *other.asked) if "/private/" in path]
    assert other.asked == ["/robots.txt"]
    assert counts["browser/refused/robots"] >= 6  # one for each way that needs no worker
    assert {"/away?redirected-fetch", "/away?redirected-script", "/worker.js", "/service.js"} <= set(paper.asked)


def test_a_pause_that_an_api_asks_for_is_obeyed(
    paper: Paper, other: Paper, data: Path, store: Store, tmp_path: Path
) -> None:
    other.routes["/limited"] = Answer("slower", 429, {"Retry-After": "86400", "Access-Control-Allow-Origin": "*"})
    paper.routes["/limited"] = Answer("slower", 429, {"Retry-After": "86400"})
    paths = [f"/2025/10/0{number + 1}/the-story-that-asks-{number}" for number in range(4)]
    for number, path in enumerate(paths):
        # Two pages ask the API of another host, the others ask the paper itself.
        asked = f"fetch('{other.url if number < 2 else ''}/limited')"
        paper.routes[path] = Answer(make_page(path, f"{asked}.then(a => document.body.append(a.status), () => 0)"))
    paper.front(*paths)
    hosts = f'browser_hosts = ["{other.url.removeprefix("http://")}"]\n'
    counts = crawl(paper, data, tmp_path, hosts, "BROWSER_PAGES_AT_ONCE=1")
    assert paper.asked.count("/limited") == 1
    assert other.asked.count("/limited") <= 1
    # The page whose script was told so by the paper is stored; what is left of the paper waits for another night.
    assert len(store.texts()) == len(paper.asked_articles()) < len(paths)
    assert counts["address/waiting/on-hold"] == len(paths) - len(store.texts())
    assert counts["host/held/retry-after"] == 1 + other.asked.count("/limited")


def test_the_cookies_of_the_site_and_of_the_page_go_to_its_own_host_alone(
    paper: Paper, other: Paper, data: Path, store: Store, tmp_path: Path
) -> None:
    path = "/2025/10/01/the-story-with-cookies"
    script = f"fetch('/own'); fetch('{other.url}/other').catch(() => 0); document.body.append(document.cookie)"
    paper.routes[path] = Answer(make_page(path, script), headers={"Set-Cookie": "page=1; Path=/"})
    paper.front(path)
    hosts = f'browser_hosts = ["{other.url.removeprefix("http://")}"]\ncookies = {{consent = "no"}}\n'
    crawl(paper, data, tmp_path, hosts)
    assert set(store.texts()) == {path}
    assert sorted(paper.headers["/own"]["cookie"].split("; ")) == ["consent=no", "page=1"]
    assert "cookie" not in other.headers["/other"]
    assert "Windows" not in str(paper.headers["/own"])
    assert paper.headers["/own"]["user-agent"] == paper.headers[path]["user-agent"]


def test_a_script_that_may_be_kept_is_asked_for_once(paper: Paper, data: Path, store: Store, tmp_path: Path) -> None:
    paths = [f"/2025/10/0{number + 1}/the-story-with-a-script-{number}" for number in range(3)]
    load = "for (const name of ['kept', 'other']) document.head.append(Object.assign("
    load += "document.createElement('script'), {src: `/${name}.js`}))"
    for path in paths:
        paper.routes[path] = Answer(make_page(path, load))
    fill = "document.querySelector('article').insertAdjacentHTML('beforeend', '<p>%s</p>');" % (
        line := prose("more")[0]
    )
    paper.routes["/kept.js"] = Answer(fill, headers=SCRIPT | {"Cache-Control": "max-age=3600"})
    paper.routes["/other.js"] = Answer("", headers=SCRIPT)
    paper.front(*paths)
    counts = crawl(paper, data, tmp_path, "", "BROWSER_PAGES_AT_ONCE=1")
    assert [text.endswith(line) for text in store.texts().values()] == [True] * len(paths)
    assert (paper.asked.count("/kept.js"), paper.asked.count("/other.js")) == (1, len(paths))
    assert (counts["browser/kept"], counts["browser/requested"]) == (len(paths) - 1, 1 + len(paths))


def test_a_host_that_scripts_may_not_ask_is_told_where_pages_show_little(
    paper: Paper, other: Paper, data: Path, tmp_path: Path
) -> None:
    paths = [f"/2025/10/0{number + 1}/the-story-of-another-host-{number}" for number in range(2)]
    for path in paths:
        fill = "then(answer => answer.text(), () => 'An error occurred.').then(text => document.body.append(text))"
        script = f"fetch('{other.url}/api').{fill}"
        paper.routes[path] = Answer(f"<!doctype html><html lang=en><title>Story</title><body><script>{script}</script>")
    paper.front(*paths)
    counts = crawl(paper, data, tmp_path, "")
    assert counts["notice/script-host"] == 1
    host = other.url.removeprefix("http://")
    told = run_scrapy("sites", "check", "paper", *FAST, "-s", f"SITES_FILE={tmp_path / 'sites.toml'}", data=data).stdout
    assert f'browser_hosts = ["{host}"]' in " ".join(told.split()), told
    assert other.asked == []
