"""Write the report of a store of a million articles: how long does it take, how large is it, how soon does it answer?

    python tests/benchmarks/night_report.py FOLDER
    python tests/benchmarks/night_report.py FOLDER --articles 20000 --sites 50 --nights 60

The store is made in FOLDER if it is not there (with the defaults six gigabytes, in a few minutes), and stays. Targets:
the report takes at most 20 seconds and has at most 3 MB; in Chromium it is interactive, its table of sites sorted by a
click, within a second. The exit status is 1 if a target is missed.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from pathlib import Path

import beside  # noqa: F401 (imported for its change of the path)
from browsing import open_browser
from crawling import ROOT, command, environment
from gold import parse_count
from night_store import NightStore

MOST_SECONDS, MOST_BYTES, MOST_INTERACTIVE = 20.0, 3_000_000, 1.0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where the store is made")
    parser.add_argument("--articles", type=parse_count, default=1_000_000, metavar="N")
    parser.add_argument("--sites", type=parse_count, default=500, metavar="N")
    parser.add_argument("--nights", type=parse_count, default=400, metavar="N")
    options = parser.parse_args(arguments)
    store = NightStore(options.sites, options.nights, options.articles)
    data = options.folder / f"{options.sites}-{options.nights}-{options.articles}"
    if not data.is_dir():
        unfinished = data.with_suffix(".part")
        store.fill(unfinished).rename(data)
    upgrade = command("db", "upgrade", data=data)
    subprocess.run(upgrade, cwd=ROOT, env=environment(), check=True, stdout=subprocess.DEVNULL)
    seconds, cpu, page = _write(data)
    size = page.stat().st_size
    interactive, clicked = _open(page)
    print(f"{'report':<24}{seconds:>10.1f} s     of the processor {cpu:.1f} s; target {MOST_SECONDS:.0f} s")
    print(f"{'page':<24}{size:>10,} bytes  target {MOST_BYTES:,}")
    print(f"{'interactive':<24}{interactive:>10.2f} s     target {MOST_INTERACTIVE:.0f} s")
    print(f"{'sorted after a click':<24}{clicked:>10.2f} s")
    is_reached = seconds <= MOST_SECONDS and size <= MOST_BYTES and interactive <= MOST_INTERACTIVE
    return 0 if is_reached else 1


def _write(data: Path) -> tuple[float, float, Path]:
    """Return the seconds that the command takes, by the clock and of the processor, and the path that it prints."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        command("report", data=data), cwd=ROOT, env=environment(), check=True, stdout=subprocess.PIPE, text=True
    )
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, cpu, Path(done.stdout.strip())


def _open(page: Path) -> tuple[float, float]:
    """Return the seconds until the page is interactive in Chromium, and those that a click needs to sort the sites."""
    with open_browser() as browser:
        window = browser.new_page()
        window.goto("about:blank")
        window.goto(page.as_uri(), wait_until="load")
        interactive = window.evaluate("performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd / 1000")
        clicked = window.evaluate(
            """() => new Promise((done) => {
                const began = performance.now();
                document.querySelector('#sites th:nth-child(3) button').click();
                requestAnimationFrame(() => setTimeout(() => done((performance.now() - began) / 1000)));
            })"""
        )
    return float(interactive), float(clicked)


if __name__ == "__main__":
    sys.exit(main())
