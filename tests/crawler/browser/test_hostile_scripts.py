"""Pages whose scripts hang, grow without end, or never come to rest: each costs itself, and nothing else."""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from browsing import MARK, list_marked, needs_chromium
from crawling import FAST, Store, run_scrapy
from manners import load_counts
from servers.paper import Answer, Paper, prose
from warcio.archiveiterator import ArchiveIterator

from storage.archive.write import ROLE, SOURCE

pytestmark = needs_chromium
LIMITS = ("BROWSER_REQUESTS=20", "BROWSER_MAXSIZE=1000000", "BROWSER_MEMORY=300000000", "RETRY_PAUSES=43200")
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
    "has-its-own-classes": "class Node {} class ShadowRoot {} class MutationObserver {}",
    "trusts-no-strings": "const made = document.createElement('template'); made.content.append("
    "document.createElement('template')); document.body.append(made);",
    "is-deep": "let at = document.getElementById('clock'); for (let depth = 0; depth < 6000; depth++)"
    " at = at.appendChild(document.createElement('i'));",
    "blocks-in-vain": "const asked = new XMLHttpRequest(); asked.open('GET', 'http://elsewhere.example/', false);"
    " try { asked.send(); } catch {}",
    "shares-a-worker": "try { new SharedWorker('/shared.js'); } catch {}",
    "is-a-sandbox": "",
    "has-a-broken-widget": "(async () => { for (let n = 0; n < 8; n++) await fetch('/broken'); })();",
    "gives-up": "for (let n = 0; n < 8; n++) fetch('/slow?' + n, { signal: AbortSignal.timeout(100) }).catch(() => 0);",
    "scrolls-inside": "const box = document.querySelector('article'), last = box.lastChild; last.remove();"
    " document.documentElement.style.overflow = 'hidden'; box.style = 'height: 300px; overflow-y: auto';"
    " box.addEventListener('scroll', () => box.append(last), { once: true });",
    "good-after": "",
}
HEADERS = {
    "is-a-download": {"Content-Disposition": "attachment"},
    "trusts-no-strings": {"Content-Security-Policy": "require-trusted-types-for 'script'"},
    "is-a-sandbox": {"Content-Security-Policy": "default-src 'self'; sandbox"},
}
NOT_QUIET = {"changes-for-ever", "asks-for-ever"}
FAILING = {
    "hangs": "browser-timeout",
    "hangs-later": "browser-timeout",
    "grows": "browser-memory",
}


def get_path(name: str) -> str:
    return f"/2025/10/01/page-that-{name}-all-night"


@dataclass
class Night:
    done: subprocess.CompletedProcess[str]
    data: Path
    store: Store
    counts: dict[str, int]
    left: list[str]  # processes


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """The pages that are shown, whatever they do."""
    names = [name for name in SCRIPTS if name not in FAILING]
    return crawl(tmp_path_factory.mktemp("hostile-scripts"), names, seconds=30)


@pytest.fixture(scope="module")
def bad_night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """The pages that are not, between two that are."""
    return crawl(tmp_path_factory.mktemp("failing-scripts"), ["good-before", *FAILING, "good-after"], seconds=15)


def crawl(folder: Path, names: list[str], *, seconds: float) -> Night:
    data, sites = folder / "data", folder / "sites.toml"
    # Of one host a page is shown after the other, and some take all their time.
    with Paper() as one, Paper("127.0.0.2") as other:
        for number, paper in enumerate((one, other)):
            publish(paper, names[number::2])
            with sites.open("a") as file:
                file.write(f'[[site]]\nname = "hostile-{number}"\nurl = "{paper.url}/"\nbrowser = "articles"\n')
        settings = (*LIMITS, f"BROWSER_TIMEOUT={seconds}", f"SITES_FILE={sites}")
        given = [part for setting in settings for part in ("-s", setting)]
        mark = str(uuid4())
        done = run_scrapy("crawl", "articles", *FAST, *given, data=data, fast=False, **{MARK: mark})
        left = list_marked(mark)
    counts = sum(map(Counter, load_counts(data).values()), Counter[str]())
    return Night(done, data, Store(data), counts, left)


def publish(paper: Paper, names: list[str]) -> None:
    for name in names:
        text = "".join(f"<p>{paragraph}</p>" for paragraph in prose(name))
        paper.routes[get_path(name)] = Answer(
            f"<!doctype html><html lang=en><head><title>The page that {name}</title></head><body><article>"
            f"<h1>The page that {name}</h1>{text}</article><i id=clock></i>"
            f"<script>{SCRIPTS[name]}</script></body></html>",
            headers=HEADERS.get(name, {}),
        )
    paper.front(*map(get_path, names))
    paper.routes["/much"] = Answer("x" * 3_000_000)
    for number in range(8):
        paper.routes[f"/slow?{number}"] = Answer("", before=lambda: time.sleep(2))
    paper.routes["/broken"] = Answer("", 502)


@pytest.mark.parametrize("name", FAILING)
def test_a_page_that_the_browser_cannot_show_is_tried_another_night(bad_night: Night, name: str) -> None:
    address = bad_night.store.addresses()[get_path(name)]
    assert (address.state, address.reason) == ("pending", FAILING[name])


@pytest.mark.parametrize("name", [name for name in SCRIPTS if name not in FAILING])
def test_every_other_page_is_stored(night: Night, name: str) -> None:
    assert night.store.texts()[get_path(name)] == "\n".join(prose(name))


def test_it_costs_itself_alone(bad_night: Night) -> None:
    assert set(bad_night.store.texts()) == {get_path("good-before"), get_path("good-after")}


def test_what_was_refused_is_counted(night: Night, bad_night: Night) -> None:
    assert bad_night.counts["browser/failed/timeout"] == 2
    assert bad_night.counts["browser/failed/memory"] == 1
    assert night.counts["browser/not-quiet"] >= len(NOT_QUIET)
    assert night.counts["browser/refused/too-many"] > 0
    assert night.counts["browser/refused/too-large"] > 0


def test_a_widget_that_fails_does_not_put_its_host_on_hold(night: Night) -> None:
    assert not any(stat.startswith("host/held/") for stat in night.counts)


def test_no_response_is_archived_without_its_page(night: Night, bad_night: Night) -> None:
    for one in (night, bad_night):
        named, sources = [], []
        for path in (one.data / "archive").glob("*.warc.gz"):
            with path.open("rb") as file:
                for record in ArchiveIterator(file):
                    if record.rec_type == "conversion":
                        named.append(record.rec_headers["WARC-Refers-To"])
                    elif record.rec_headers.get_header(ROLE) == SOURCE:
                        sources.append(record.rec_headers["WARC-Record-ID"])
        assert len(sources) == one.counts["browser/rendered"] > 0
        assert sorted(named) == sorted(sources)


def test_the_browser_leaves_no_process(night: Night, bad_night: Night) -> None:
    for one in (night, bad_night):
        assert one.left == []
        assert "Traceback" not in one.done.stderr
        assert "destroyed" not in one.done.stderr  # what asyncio says of a task that nobody awaits
