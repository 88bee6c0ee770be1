"""Compare `scrapy bulk` with the crawl path, over pages of data sets as WARC files: release ids and processor's time.

    python tests/benchmarks/bulk.py DATA
    python tests/benchmarks/bulk.py DATA --sample 10 --only local,killed

DATA is a folder of data sets (tests/benchmarks/gold.py). Their pages are written to eight WARC files in a temporary
folder; then these ways are run, each into a folder of its own:

    crawl    `scrapy crawl archive`, which stores each page as a crawl does, then `scrapy export`
    local    `scrapy bulk` with two tasks on this machine
    killed   with four tasks, two at once; killed (SIGKILL) when the first task of stage 1 is complete, and of stage 2
    ray      `scrapy bulk --executor ray` with two workers

All release ids must be the same; no task that was complete before a kill may be done again; the processor's time a page
of `local` must be at most 0.8 times that of `crawl`. The exit status is 1 if that is missed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import beside  # noqa: F401 (imported for its change of the path)
from crawling import ROOT, SCRAPY, environment
from gold import Page, add_data_options, find_data_sets, load_pages
from prepared_scrapy import PreparedProcess, run_prepared
from processor_time import run_measured
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

WAYS = ("crawl", "local", "killed", "ray")
FILES = 8
FIRST_FETCH = datetime(2026, 11, 1, tzinfo=UTC)
PATIENCE = 86_400  # seconds for a run
MOST = 0.8  # of the processor's time of the crawl path


def write_warc_files(pages: Iterable[Page], folder: Path) -> int:
    """Write the pages to FILES files, one after the other into each; return how many pages there are."""
    number = 0
    with ExitStack() as stack:
        files = [stack.enter_context((folder / f"pages-{file}.warc.gz").open("wb")) for file in range(FILES)]
        writers = [WARCWriter(file, gzip=True) for file in files]
        for number, page in enumerate(pages, 1):
            body = str(page["html"]).encode("utf-8", "replace")
            headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(body)))]
            writer = writers[number % FILES]
            moment = FIRST_FETCH + timedelta(seconds=number)
            writer.write_record(
                writer.create_warc_record(
                    page["url"],
                    "response",
                    payload=BytesIO(body),
                    length=len(body),
                    http_headers=StatusAndHeaders("200 OK", headers, protocol="HTTP/1.1"),
                    warc_headers_dict={"WARC-Date": moment.strftime("%Y-%m-%dT%H:%M:%SZ")},
                )
            )
    return number


class Comparison:
    """Runs the ways over the files in `folder`/warc."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.releases: dict[str, str] = {}
        self.seconds: dict[str, float] = {}
        self.done_again = 0

    def run(self, way: str) -> None:
        out = self._folder / way
        match way:
            case "crawl":
                data = self._folder / "data"
                lines = [
                    ["crawl", "archive", "-a", f"path={self._folder / 'warc'}", "-s", f"DATA_DIR={data}"],
                    ["export", str(out / "release"), "-s", f"DATA_DIR={data}"],
                ]
                out.mkdir()
                self.seconds[way] = sum(self._measure(line) for line in lines)
            case "killed":
                self._run_killed(out)
            case _:
                more = ["--executor", "ray"] if way == "ray" else []
                self.seconds[way] = self._measure(self._bulk(out, 2, *more))
        self.releases[way] = json.loads((out / "release" / "manifest.json").read_text())["release_id"]

    def _bulk(self, out: Path, tasks: int, *more: str) -> list[str]:
        warc = str(self._folder / "warc")
        return ["bulk", warc, "--out", str(out), "--tasks", str(tasks), "--workers", "2", *more]

    def _measure(self, line: list[str]) -> float:
        return run_measured([str(SCRAPY), *line], ROOT, self._folder / "seconds", environment())

    def _run_killed(self, out: Path) -> None:
        line = [str(SCRAPY), *self._bulk(out, 4)]
        finished: dict[Path, int] = {}
        for stage in ("pages", "sites"):
            process = PreparedProcess(line, ROOT, environment())
            while process.poll() is None and not list((out / "work/tasks" / stage).glob("completions/*")):
                time.sleep(0.05)
            process.kill()
            process.wait()
            finished |= {path: path.stat().st_mtime_ns for path in out.glob("work/tasks/*/completions/*")}
        done = run_prepared(line, ROOT, environment(), timeout=PATIENCE)
        if done.returncode:
            raise AssertionError(done.stderr[-3000:])
        self.done_again = sum(path.stat().st_mtime_ns != before for path, before in finished.items())
        print(f"killed: {len(finished)} tasks were complete before, {self.done_again} of them were done again")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data_options(parser)
    parser.add_argument("--only", default=",".join(WAYS), metavar="A,B", help=f"of {', '.join(WAYS)}")
    options = parser.parse_args(arguments)
    ways = options.only.split(",")
    if unknown := set(ways) - set(WAYS):
        parser.error(f"--only: unknown {', '.join(sorted(unknown))}; choose from: {', '.join(WAYS)}")
    sets = find_data_sets(parser, options.data, options.sets)
    with tempfile.TemporaryDirectory() as folder:
        warc = Path(folder) / "warc"
        warc.mkdir()
        pages = (page for path in sets.values() for page in load_pages(path, options.sample))
        number = write_warc_files(pages, warc)
        print(f"{number:,} pages in {FILES} files")
        found = Comparison(Path(folder))
        for way in ways:
            found.run(way)
            cpu = found.seconds.get(way)
            shown = f"{cpu / number * 1000:8.1f} ms of the processor a page" if cpu else " " * 34
            print(f"{way:<8}{shown}  release {found.releases[way]}", flush=True)
    is_equal = len(set(found.releases.values())) == 1 and not found.done_again
    print("one release id" if len(set(found.releases.values())) == 1 else "the release ids differ")
    if {"crawl", "local"} <= found.seconds.keys():
        ratio = found.seconds["local"] / found.seconds["crawl"]
        print(f"local takes {ratio:.2f} times the processor of crawl (at most {MOST})")
        return int(not is_equal or ratio > MOST)
    return int(not is_equal)


if __name__ == "__main__":
    sys.exit(main())
