"""What a night costs, beside what a user would write instead: real pages on twenty hosts on loopback, no pauses.

    python tests/benchmarks/throughput.py DATA
    python tests/benchmarks/throughput.py DATA --runs 1 --sites 5 --pages 10 --only inline,first
    python tests/benchmarks/throughput.py DATA --parts      CPU of a crawl by part, from one more run of each night
    python tests/benchmarks/throughput.py DATA --peers /tmp/peers/bin/python    newspaper4k and news-please from there

DATA is a folder of data sets (see gold.py). All contenders run in turn, `--runs` times, on the pages of the sites that
have most; the medians are shown. A server in a process of its own answers from memory. CPU is that of a contender and
all of its processes, without the server's. `first` is the first night of `scrapy crawl articles`, settling included;
`second` is a night on sites of which eight pages are stored, with as many new ones. The last columns compare wall clock
and CPU a page with Scrapy that calls trafilatura in its callback. Parts are sampled, which takes time itself.
trafilatura's own program writes some addresses anew and gets no page there: its pages are those that it got.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from configparser import ConfigParser
from contextlib import suppress
from itertools import chain
from pathlib import Path
from statistics import median
from typing import NamedTuple

import beside  # noqa: F401 (imported for its change of the path)
import psutil
from cpu_parts import SAMPLED, format_parts, sum_parts
from crawling import ROOT, command, environment
from gold import add_data_options, find_data_sets, load_pages, parse_count
from page_server import PageServer
from replayed_sites import choose_sites
from second_night import pass_a_night
from trafilatura.settings import DEFAULT_CONFIG

KNOWN = 8  # pages of each site that are stored before the second night
WATCH = 0.1  # seconds between two looks at the memory
LIMIT = 1_800  # seconds for one contender
MEGABYTE = 1 << 20
SOME_FAILED = 1  # trafilatura's exit status where it found no text in some of the pages
SETTINGS = ("DOWNLOAD_DELAY=0", "AUTOTHROTTLE_START_DELAY=0", "ALLOWED_NETWORKS=127.0.0.0/8", "LOG_LEVEL=WARNING")
# Each contender with the module that it needs.
RIVALS = {
    "bare": ("Scrapy, pages dropped", "scrapy"),
    "inline": ("Scrapy with trafilatura inline", "trafilatura"),
    "list": ("trafilatura --parallel 2", "trafilatura"),
    "newspaper": ("newspaper4k, 8 threads", "newspaper"),
    "please": ("news-please", "newsplease"),
}
PACKAGES = ("crawler", "cleaning", "storage")
PEERS = ("newspaper", "please")  # which need libraries that our own environment has not
NIGHTS = {"first": "Broadsheet, first night", "second": "Broadsheet, second night"}


class Cost(NamedTuple):
    """What one run took: seconds, bytes of memory at its peak of the process itself and of its largest child."""

    pages: int
    wall: float
    cpu: float
    memory: int
    child: int


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data_options(parser)
    parser.add_argument("--sites", type=parse_count, default=20, metavar="N")
    parser.add_argument("--pages", type=parse_count, default=40, metavar="N", help="the most pages of a site")
    parser.add_argument("--runs", type=parse_count, default=3, metavar="N")
    parser.add_argument("--only", metavar="A,B", help=f"of {', '.join((*RIVALS, *NIGHTS))}")
    parser.add_argument("--peers", default=sys.executable, metavar="PYTHON", help="the Python of newspaper, please")
    parser.add_argument("--parts", action="store_true", help="show the CPU of each night by part")
    options = parser.parse_args(arguments)
    names = options.only.split(",") if options.only else [*RIVALS, *NIGHTS]
    if unknown := [name for name in names if name not in RIVALS and name not in NIGHTS]:
        parser.error(f"no contender {', '.join(unknown)}; choose from: {', '.join((*RIVALS, *NIGHTS))}")
    for name in [
        name for name in names if name in RIVALS and not _has_module(_choose_python(name, options.peers), name)
    ]:
        print(f"{RIVALS[name][0]} is not installed and left out")
        names.remove(name)
    paths = find_data_sets(parser, options.data, options.sets).values()
    pages = chain.from_iterable(load_pages(path, options.sample) for path in paths)
    sites = choose_sites(pages, sites=options.sites, most=options.pages)
    _compile_packages()
    with tempfile.TemporaryDirectory(prefix="broadsheet-pace-") as folder, PageServer(sites) as server:
        bench = _Bench(server, Path(folder), options.pages, options.peers)
        costs: dict[str, list[Cost]] = {name: [] for name in names}
        for _ in range(options.runs):
            for name, found in costs.items():
                found.append(bench.run(name))
        _print_table(costs)
        if options.parts:
            for name in [name for name in names if name in NIGHTS]:
                samples = Path(folder, f"samples-{name}")
                samples.mkdir()
                cost = bench.run(name, samples)
                print(f"\n{NIGHTS[name]}, CPU ms a page by part ({1000 * cost.cpu / cost.pages:.0f} in this run)")
                print("\n".join(format_parts(sum_parts(samples), cost.pages)))
    return 0


def _compile_packages() -> None:
    """Compile our modules, as installed libraries are, also where Python is told to write no files."""
    subprocess.run([sys.executable, "-m", "compileall", "-q", *PACKAGES], cwd=ROOT, check=True)


class _Bench:
    def __init__(self, server: PageServer, folder: Path, most: int, peers: str) -> None:
        self._peers = peers
        self._server = server
        self._folder = folder
        self._most = most
        self._runs = 0

    def run(self, name: str, samples: Path | None = None) -> Cost:
        """Run one contender in a folder of its own."""
        self._runs += 1
        folder = self._folder / str(self._runs)
        folder.mkdir()
        if name == "second":
            self._server.show(KNOWN)
            self._crawl(folder, None)
            pass_a_night(folder)
            self._server.show(2 * KNOWN)
            pages = sum(len(site.paths) - KNOWN for site in self._server.sites)
            return self._crawl(folder, samples)._replace(pages=pages)
        self._server.show(self._most)
        if name == "first":
            return self._crawl(folder, samples)
        addresses = [site.url + path for site in self._server.sites for path in site.paths]
        (folder / "urls").write_text("\n".join(addresses), "ascii")
        line = _write_command(name, folder, _choose_python(name, self._peers))
        return _measure(line, folder, environment(), len(addresses))

    def _crawl(self, folder: Path, samples: Path | None) -> Cost:
        urls = " ".join(f"{site.url}/" for site in self._server.sites)
        settings = [part for setting in SETTINGS for part in ("-s", setting)]
        line = command("crawl", "articles", "-a", f"url={urls}", *settings, data=folder)
        more = {} if samples is None else {"PYTHONPATH": str(SAMPLED), "BROADSHEET_SAMPLES": str(samples)}
        return _measure(line, ROOT, environment(**more), sum(len(site.paths) for site in self._server.sites))


def _choose_python(name: str, peers: str) -> str:
    return peers if name in PEERS else sys.executable


def _has_module(python: str, name: str) -> bool:
    code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({RIVALS[name][1]!r}) is None)"
    return subprocess.run([python, "-c", code], check=False).returncode == 0


def _write_command(name: str, folder: Path, python: str) -> list[str]:
    if name == "list":
        tool = str(Path(sys.executable).with_name("trafilatura"))
        config = _write_config(folder / "trafilatura.cfg")
        line = [tool, "--input-file", str(folder / "urls"), "--output-dir", str(folder / "out"), "--parallel", "2"]
        # As Scrapy's callback: with the metadata, whose dates take a third of the time.
        return [*line, "--json", "--with-metadata", "--no-comments", "--config-file", str(config)]
    return [python, str(Path(__file__).with_name("rivals.py")), name, str(folder / "urls")]


def _write_config(path: Path) -> Path:
    """Write trafilatura's settings without pauses, and with loopback allowed."""
    config = ConfigParser()
    config.read_dict({"DEFAULT": {**DEFAULT_CONFIG["DEFAULT"], "ssrf_protection": "off", "sleep_time": "0"}})
    with path.open("w", encoding="utf-8") as file:
        config.write(file)
    return path


def _measure(line: Sequence[str], folder: Path, variables: dict[str, str], pages: int) -> Cost:
    """Run a command to its end. Raise CalledProcessError where it fails."""
    began = time.monotonic()
    process = subprocess.Popen(
        line, cwd=folder, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    watch = _MemoryWatch(process.pid)
    watch.start()
    killer = threading.Timer(LIMIT, process.kill)
    killer.start()
    assert process.stderr is not None
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)  # with the children that the process waited for
    wall = time.monotonic() - began
    killer.cancel()
    watch.stop()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, *([SOME_FAILED] if "--parallel" in line else [])):
        raise subprocess.CalledProcessError(process.returncode, line, stderr=errors[-2000:])
    pages -= errors.count("not a 200 response")
    return Cost(pages, wall, usage.ru_utime + usage.ru_stime, watch.own, watch.child)


class _MemoryWatch(threading.Thread):
    """Watches the resident memory of a process and of its children."""

    def __init__(self, number: int) -> None:
        super().__init__(daemon=True)
        self.own = self.child = 0
        self._number = number
        self._ended = threading.Event()

    def run(self) -> None:
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(self._number)
            while not self._ended.wait(WATCH):
                self.own = max(self.own, process.memory_info().rss)
                for child in process.children(recursive=True):
                    with suppress(psutil.NoSuchProcess):
                        self.child = max(self.child, child.memory_info().rss)

    def stop(self) -> None:
        self._ended.set()
        self.join()


def _print_table(costs: dict[str, list[Cost]]) -> None:
    print(f"{'':<34}{'pages':>6}{'wall s':>8}{'CPU s':>8}{'ms/page':>9}{'MB':>6}{'child':>7}   wall, CPU / inline")
    medians = {name: Cost(*(median(column) for column in zip(*rows, strict=True))) for name, rows in costs.items()}
    inline = medians.get("inline")
    for name, cost in medians.items():
        label = NIGHTS.get(name) or RIVALS[name][0]
        row = f"{label:<34}{cost.pages:>6.0f}{cost.wall:>8.1f}{cost.cpu:>8.1f}{1000 * cost.cpu / cost.pages:>9.0f}"
        row += f"{cost.memory / MEGABYTE:>6.0f}{cost.child / MEGABYTE:>7.0f}"
        if inline is not None:
            share = inline.pages / cost.pages
            row += f"   {cost.wall / inline.wall * share:>6.2f} {cost.cpu / inline.cpu * share:>6.2f}"
        print(row)


if __name__ == "__main__":
    sys.exit(main())
