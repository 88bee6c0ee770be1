"""Pages a CPU second on one core: `clean` with everything it does, beside trafilatura with its metadata.

    python tests/benchmarks/speed.py DATA
    python tests/benchmarks/speed.py DATA --sample 10 --sets big9,daniel
    python tests/benchmarks/speed.py DATA --warm       with the memory of each site; sites of five articles or more

DATA is a folder of NAME.jsonl.xz or one of them, a page a line (tests/benchmarks/gold.py). Both work in this one
process, page by page in turn, on the same text, each of them first on every other page. The clock is the process's CPU
time; before each page, outside of it, the libraries' caches are emptied. trafilatura is in its standard mode, without
comments. The first pages are done once unmeasured, before all others. Peak memory is that of a process of its own each.
With --warm the sites are learnt before, outside of the clock, from all of their pages in the set.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TYPE_CHECKING

from extractors import begin, broadsheet, standard
from gold import add_data_options, count, data_sets, load, site_of
from memory import resident
from stages import STAGES, Stages

from cleaning.article import Page as Fetched
from cleaning.clean import clean, forget, warm
from cleaning.memory.learning import learn
from cleaning.memory.observation import Observation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gold import Page

    from cleaning.memory.site_memory import SiteMemory

WORK = {"broadsheet": broadsheet, "trafilatura": standard}
WARM_UP = 20  # pages
LARGEST = 50  # pages that memory is measured on


@dataclass
class Times:
    """CPU seconds for so many pages."""

    pages: int = 0
    ours: float = 0.0
    theirs: float = 0.0

    def add(self, other: Times) -> None:
        self.pages += other.pages
        self.ours += other.ours
        self.theirs += other.theirs

    def row(self, name: str) -> str:
        ours, theirs = self.pages / (self.ours or 1), self.pages / (self.theirs or 1)
        return f"{name:<18}{self.pages:>7}{ours:>12.1f}{theirs:>13.1f}{ours / (theirs or 1):>8.2f}"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data_options(parser)
    parser.add_argument("--largest", type=count, default=LARGEST, metavar="N", help="pages that memory is measured on")
    parser.add_argument("--warm", action="store_true", help="clean with the memory of each site")
    options = parser.parse_args(arguments)
    files = data_sets(parser, options.data, options.sets)
    begin()
    warm()
    total, stages = Times(), Stages()
    largest: list[Page] = []
    print(f"{'pages a CPU second':<18}{'pages':>7}{'Broadsheet':>12}{'trafilatura':>13}{'ratio':>8}")
    for number, (name, path) in enumerate(files.items()):
        pages = load(path, 1 if options.warm else options.sample)
        memories = learn_sites(pages) if options.warm else {}
        if options.warm:
            pages = [page for page in pages if site_of(page) in memories][:: options.sample]
            if not pages:
                continue
        if not number:
            for page in pages[:WARM_UP]:
                _both(page, None, ours_first=True)
        times = measure(pages, stages, memories)
        print(times.row(name), flush=True)
        total.add(times)
        largest = sorted(largest + pages, key=lambda page: len(page["html"]), reverse=True)[: options.largest]
    print(total.row("all"))
    print_stages(stages, total)
    print(f"\npeak memory on the {len(largest)} largest pages, each in a process of its own")
    for name in WORK:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            before, peak = process.submit(memory, name, largest).result()
        print(f"{name:<18}{peak:>7.0f} MB, {before:.0f} before the first page")
    return 0


def learn_sites(pages: Sequence[Page]) -> dict[str, SiteMemory]:
    """The memories of the sites that can be known from these pages."""
    seen: defaultdict[str, dict[str, Observation]] = defaultdict(dict)
    for number, page in enumerate(pages):
        article = clean(Fetched(page["url"], page["html"]), observe=True)
        seen[site_of(page)][f"{number:06}"] = Observation.unpacked(article.observation)
    return {name: memory for name, own in seen.items() if (memory := learn(own).memory).is_known}


def measure(pages: Sequence[Page], stages: Stages, memories: Mapping[str, SiteMemory]) -> Times:
    times = Times()
    with stages.watched():
        for number, page in enumerate(pages):
            ours, theirs = _both(page, memories.get(site_of(page)), ours_first=number % 2 == 0)
            times.add(Times(1, ours, theirs))
    return times


def _both(page: Page, memory: SiteMemory | None, *, ours_first: bool) -> tuple[float, float]:
    """CPU seconds that Broadsheet and trafilatura need for a page."""
    spent: dict[str, float] = {}
    for name in WORK if ours_first else reversed(WORK):
        forget()
        began = time.process_time()
        if name == "broadsheet":
            clean(Fetched(page["url"], page["html"]), memory=memory)
        else:
            WORK[name](page["url"], page["html"])
        spent[name] = time.process_time() - began
    return spent["broadsheet"], spent["trafilatura"]


def print_stages(stages: Stages, total: Times) -> None:
    print(f"\n{'our time':<18}{'ms a page':>12}{'share':>8}")
    rest = total.ours - sum(stages.seconds.values())
    for stage, seconds in [*((stage, stages.seconds[stage]) for stage in STAGES), ("rest", rest), ("all", total.ours)]:
        print(f"{stage:<18}{1000 * seconds / max(1, total.pages):>12.2f}{seconds / (total.ours or 1):>8.1%}")


def memory(name: str, pages: Sequence[Page]) -> tuple[float, float]:
    """Megabytes of resident memory of this process: before the first page, and the most there was."""
    begin()
    if name == "broadsheet":
        warm()
    before = resident("VmRSS")
    for page in pages:
        forget()
        WORK[name](page["url"], page["html"])
    return before, resident("VmHWM")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
