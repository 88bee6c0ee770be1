"""Measure pages per CPU second on one core: the whole `clean`, beside trafilatura with its metadata.

    python tests/benchmarks/speed.py DATA
    python tests/benchmarks/speed.py DATA --sample 10 --sets big9,daniel
    python tests/benchmarks/speed.py DATA --warm       with the memory of each site; sites of five articles or more
    python tests/benchmarks/speed.py DATA --slowest 20 the pages that take us longest

DATA is a folder of NAME.jsonl.xz or one of them, a page per line (tests/benchmarks/gold.py). Both run in this process
on the same text, page by page in turn; each is first on every other page. The clock is the CPU time of the process.
Before each page, outside of the clock, the libraries' caches are emptied. trafilatura runs in its standard mode,
without comments. The first pages are cleaned once unmeasured. Peak memory is measured in a process of its own for each.
With --warm the sites are learned before, outside of the clock, from all of their pages in the set.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import TYPE_CHECKING

from extractors import clean_page, extract_standard, prepare_process
from gold import add_data_options, find_data_sets, get_page_site, load_pages, parse_count
from memory import read_memory
from stages import STAGES, Stages
from trafilatura.meta import reset_caches

from cleaning.clean import clean, preload_models
from cleaning.memory.learning import learn_memory
from cleaning.memory.observation import Observation
from cleaning.records.given import Page as Fetched

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gold import Page

    from cleaning.memory.site_memory import SiteMemory

WORK = {"broadsheet": clean_page, "trafilatura": extract_standard}
WARM_UP = 20  # pages
LARGEST = 50  # pages on which memory is measured


@dataclass
class Times:
    """CPU seconds for a number of pages."""

    pages: int = 0
    ours: float = 0.0
    theirs: float = 0.0
    pages_of_ours: list[tuple[float, str]] = field(default_factory=list)  # seconds of each page, and its address

    def add(self, other: Times) -> None:
        self.pages += other.pages
        self.ours += other.ours
        self.theirs += other.theirs
        self.pages_of_ours += other.pages_of_ours

    def format_row(self, name: str) -> str:
        ours, theirs = self.pages / (self.ours or 1), self.pages / (self.theirs or 1)
        return f"{name:<18}{self.pages:>7}{ours:>12.1f}{theirs:>13.1f}{ours / (theirs or 1):>8.2f}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data_options(parser)
    parser.add_argument(
        "--largest", type=parse_count, default=LARGEST, metavar="N", help="pages on which memory is measured"
    )
    parser.add_argument("--slowest", type=parse_count, default=0, metavar="N", help="show the N slowest pages")
    parser.add_argument("--warm", action="store_true", help="clean with the memory of each site")
    options = parser.parse_args(arguments)
    files = find_data_sets(parser, options.data, options.sets)
    prepare_process()
    preload_models()
    total, stages = Times(), Stages()
    largest: list[Page] = []
    print(f"{'pages per CPU s':<18}{'pages':>7}{'Broadsheet':>12}{'trafilatura':>13}{'ratio':>8}")
    for number, (name, path) in enumerate(files.items()):
        pages = load_pages(path, 1 if options.warm else options.sample)
        memories = learn_sites(pages) if options.warm else {}
        if options.warm:
            pages = [page for page in pages if get_page_site(page) in memories][:: options.sample]
            if not pages:
                continue
        if not number:
            for page in pages[:WARM_UP]:
                _time_both(page, None, ours_first=True)
        times = measure(pages, stages, memories)
        print(times.format_row(name), flush=True)
        total.add(times)
        largest = sorted(largest + pages, key=lambda page: len(page["html"]), reverse=True)[: options.largest]
    print(total.format_row("all"))
    print_stages(stages, total)
    if options.slowest:
        print("\nour CPU seconds for the slowest pages")
        for seconds, url in sorted(total.pages_of_ours, reverse=True)[: options.slowest]:
            print(f"{seconds:>8.2f}  {url}")
    print(f"\npeak memory on the {len(largest)} largest pages, each in a process of its own")
    for name in WORK:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            before, peak = process.submit(measure_memory, name, largest).result()
        print(f"{name:<18}{peak:>7.0f} MB, {before:.0f} before the first page")
    return 0


def learn_sites(pages: Sequence[Page]) -> dict[str, SiteMemory]:
    """Learn the memories of the sites of which there are enough pages."""
    observations: defaultdict[str, dict[str, Observation]] = defaultdict(dict)
    for number, page in enumerate(pages):
        article = clean(Fetched(page["url"], page["html"]), observe=True)
        observations[get_page_site(page)][f"{number:06}"] = Observation.from_bytes(article.observation)
    return {name: memory for name, own in observations.items() if (memory := learn_memory(own).memory).is_known}


def measure(pages: Sequence[Page], stages: Stages, memories: Mapping[str, SiteMemory]) -> Times:
    times = Times()
    with stages.measure():
        for number, page in enumerate(pages):
            ours, theirs = _time_both(page, memories.get(get_page_site(page)), ours_first=number % 2 == 0)
            times.add(Times(1, ours, theirs, [(ours, page["url"])]))
    return times


def _time_both(page: Page, memory: SiteMemory | None, *, ours_first: bool) -> tuple[float, float]:
    """Return the CPU seconds of Broadsheet and of trafilatura for a page."""
    spent: dict[str, float] = {}
    for name in WORK if ours_first else reversed(WORK):
        reset_caches()
        start = time.process_time()
        if name == "broadsheet":
            clean(Fetched(page["url"], page["html"]), memory=memory)
        else:
            WORK[name](page["url"], page["html"])
        spent[name] = time.process_time() - start
    return spent["broadsheet"], spent["trafilatura"]


def print_stages(stages: Stages, total: Times) -> None:
    print(f"\n{'our time':<18}{'ms per page':>12}{'share':>8}")
    rest = total.ours - sum(stages.seconds.values())
    for stage, seconds in [*((stage, stages.seconds[stage]) for stage in STAGES), ("rest", rest), ("all", total.ours)]:
        print(f"{stage:<18}{1000 * seconds / max(1, total.pages):>12.2f}{seconds / (total.ours or 1):>8.1%}")


def measure_memory(name: str, pages: Sequence[Page]) -> tuple[float, float]:
    """Return megabytes of resident memory of this process before the first page, and at the peak."""
    prepare_process()
    if name == "broadsheet":
        preload_models()
    before = read_memory("VmRSS")
    for page in pages:
        reset_caches()
        WORK[name](page["url"], page["html"])
    return before, read_memory("VmHWM")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
