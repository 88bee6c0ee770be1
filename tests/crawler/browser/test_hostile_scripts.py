"""Pages whose scripts hang, grow without end, or never come to rest: each costs itself, and nothing else."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from uuid import uuid4

import pytest
from browsing import MARK, list_marked, needs_chromium
from crawling import FAST, Store, run_scrapy
from manners import load_counts
from servers.paper import Answer, Paper, prose

pytestmark = needs_chromium
LIMITS = ("BROWSER_TIMEOUT=6", "BROWSER_REQUESTS=20", "BROWSER_MAXSIZE=1000000", "BROWSER_MEMORY=300000000")
SCRIPTS = {
    "good-before": "",
    "hangs": "while (true);",
    "hangs-later": "setTimeout(() => { while (true); }, 200);",
    "grows": "const all = []; setInterval(() => { all.push(new Uint8Array(64 << 20).fill(1));"
    " document.getElementById('clock').textContent = all.length; }, 20);",
    "changes-for-ever": "setInterval(() => document.getElementById('clock').textContent = Date.now(), 20);",
    "asks-for-ever": "setInterval(() => fetch('/tick?' + Math.random()), 20);",
    "loads-much": "fetch('/much').then(r => r.text()).then(text => document.title += text.length);",
    "asks-to-confirm": "alert(1); confirm(2); prompt(3); addEventListener('beforeunload', e => e.preventDefault());",
    "cheats": "for (const name of ['setTimeout', 'requestAnimationFrame', 'MutationObserver', 'JSON', 'Promise'])"
    " window[name] = null; document.createElement = null; Object.freeze(window);",
    "rebuilds-itself": "let depth = 0; const rebuild = () => { if (depth++ < 1e6) queueMicrotask(() => {"
    " document.getElementById('clock').innerHTML = `<b>${depth}</b>`; setTimeout(rebuild, 0); }); }; rebuild();",
    "cuts-a-character": "document.getElementById('clock').textContent = '\\u{1F600}'.substring(0, 1);",
    "is-a-download": "",
    "good-after": "",
}
HEADERS = {"is-a-download": {"Content-Disposition": "attachment"}}
FAILING = {
    "hangs": "browser-timeout",
    "hangs-later": "browser-timeout",
    "grows": "browser-memory",
    "cheats": "browser-crashed",  # nobody can read a page without its JSON
}


def get_path(name: str) -> str:
    return f"/2025/10/01/page-that-{name}-all-night"


@dataclass
class Night:
    done: subprocess.CompletedProcess[str]
    store: Store
    counts: dict[str, int]
    left: list[str]  # processes


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    folder = tmp_path_factory.mktemp("hostile-scripts")
    data, sites = folder / "data", folder / "sites.toml"
    with Paper() as paper:
        for name, script in SCRIPTS.items():
            text = "".join(f"<p>{paragraph}</p>" for paragraph in prose(name))
            paper.routes[get_path(name)] = Answer(
                f"<!doctype html><html lang=en><head><title>The page that {name}</title></head><body><article>"
                f"<h1>The page that {name}</h1>{text}</article><i id=clock></i><script>{script}</script></body></html>",
                headers=HEADERS.get(name, {}),
            )
        paper.front(*map(get_path, SCRIPTS))
        paper.routes["/much"] = Answer("x" * 3_000_000)
        sites.write_text(f'[[site]]\nname = "hostile"\nurl = "{paper.url}/"\nbrowser = "articles"\n')
        settings = (part for limit in (*LIMITS, "RETRY_PAUSES=43200", f"SITES_FILE={sites}") for part in ("-s", limit))
        mark = str(uuid4())
        done = run_scrapy("crawl", "articles", *FAST, *settings, data=data, fast=False, **{MARK: mark})
        left = list_marked(mark)
    return Night(done, Store(data), load_counts(data)["hostile"], left)


@pytest.mark.parametrize("name", FAILING)
def test_a_page_that_the_browser_cannot_show_is_tried_another_night(night: Night, name: str) -> None:
    address = night.store.addresses()[get_path(name)]
    assert (address.state, address.reason) == ("pending", FAILING[name])


@pytest.mark.parametrize("name", [name for name in SCRIPTS if name not in FAILING])
def test_every_other_page_is_stored(night: Night, name: str) -> None:
    assert night.store.texts()[get_path(name)] == "\n".join(prose(name))


def test_what_was_refused_is_counted(night: Night) -> None:
    assert night.counts["browser/failed/timeout"] == 2
    assert night.counts["browser/failed/memory"] == 1
    assert night.counts["browser/not-quiet"] >= 2
    assert night.counts["browser/refused/too-many"] > 0
    assert night.counts["browser/refused/too-large"] > 0


def test_the_browser_leaves_no_process(night: Night) -> None:
    assert night.left == []
    assert "Traceback" not in night.done.stderr
