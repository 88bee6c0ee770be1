"""Crawl ten papers for thirty nights, each with something that happens to it: is it told, in time and by its name?

    python tests/benchmarks/thirty_nights.py
    python tests/benchmarks/thirty_nights.py --seed 3 --rhythm no-sunday --shuffle
    python tests/benchmarks/thirty_nights.py --nights 20 --stats abendpost

FIRST VERSION
"""

from __future__ import annotations

import argparse
import sqlite3
import json
import sys
import tempfile
import time
from pathlib import Path

import beside  # noqa: F401 (imported for its change of the path)
from crawling import run_scrapy
from gold import parse_count
from nights import let_a_night_pass
from servers.night_press.press import Event, NightPress

EVENTS = (
    Event("abendpost", "silent", "stale", 12),
    Event("journal", "javascript", "shell", 15),
    Event("bladet", "feed", "404", 17),
    Event("diario", "template", "redesign", 18),
    Event("corriere", "dates", "now", 20),
    Event("dagblad", "robots", "all", 21),
    Event("courier", "duplicates", "same", 24),
    Event("quotidien", "consent", "text", 26),
)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=parse_count, default=1, metavar="N")
    parser.add_argument("--nights", type=parse_count, default=30, metavar="N")
    parser.add_argument("--rhythm", choices=["daily", "no-sunday"], default="daily")
    parser.add_argument("--events", metavar="PAPER:NAME:FORM:NIGHT,...")
    parser.add_argument("--data", type=Path)
    options = parser.parse_args(arguments)
    events = EVENTS
    if options.events:
        events = tuple(Event(*word.split(":")[:3], int(word.split(":")[3])) for word in options.events.split(","))
    with tempfile.TemporaryDirectory(prefix="broadsheet-nights-") as folder, NightPress(options.seed, options.rhythm, events) as press:
        folder = options.data or Path(folder)
        data = Path(folder) / "data"
        sites = Path(folder) / "sites.toml"
        sites.write_text(press.write_sites())
        for night in range(1, options.nights + 1):
            press.start_night(night)
            start = time.monotonic()
            done = run_scrapy("crawl", "articles", "-s", "AUTOTHROTTLE_ENABLED=False", "-s", f"SITES_FILE={sites}", "--logfile", f"{folder}/log-{night}", data=data)
            took = time.monotonic() - start
            print(f"== night {night} status {done.returncode} {took:.1f} s, requests {sum(len(p.asked) for p in press.papers)}", flush=True)
            if done.returncode not in (0, 1):
                print(done.stdout, done.stderr)
                return 1
            with sqlite3.connect(data / "broadsheet.db") as connection:
                counts = json.loads(connection.execute("SELECT counts FROM run ORDER BY id DESC LIMIT 1").fetchone()[0])
            connection.close()
            for event in events:
                if event.night - 3 <= night <= event.night + 2:
                    stats = {k: v for k, v in counts.get(event.paper, {}).items() if not k.startswith(("listed/by", "listed/est", "time", "reading"))}
                    print(f"  {event.name} {'*' if night >= event.night else ''}{event.paper}: {json.dumps(stats)}")
            let_a_night_pass(data, pages=False)
            print(f"  passed, {time.monotonic() - start:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
