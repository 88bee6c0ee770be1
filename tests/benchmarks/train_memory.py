"""Train the model that weighs texts of a site that is known (cleaning/likelihood), and measure what memory adds.

    python tests/benchmarks/train_memory.py DATA [--out FILE] [--folds K] [--jobs N]

DATA is a folder of NAME.jsonl.xz. Pages of sites with five articles or more are used. Each is seen with a memory that
was learnt from the site's other pages; what those pages said of the site was weighed by a model that had not seen it.
Printed are the figures of held-out sites, cleaned without a memory and with one (learnt from all pages of the site, as
`python -m cleaning --learn` does). --out writes the model of all sites.

Needs the extra `benchmarks` (LightGBM); the cleaner itself reads the model without it.
"""

from __future__ import annotations

import argparse
import zlib
from collections import Counter, defaultdict
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from extractors import read
from gold import add_data_options, count, data_sets, load, site_of
from labels import labels
from scoring import mean_of_sets, score
from train import Seen, see, train

from cleaning.article import Page as Fetched
from cleaning.clean import clean
from cleaning.extraction import base_address, extract, of_runs
from cleaning.likelihood.features import WITH_MEMORY
from cleaning.likelihood.weighing import survey
from cleaning.memory.learning import learn
from cleaning.memory.observation import Observation
from cleaning.memory.recall import Recall
from cleaning.memory.site_memory import FEWEST
from cleaning.metadata import read_metadata
from cleaning.parsing import parse
from cleaning.runs import read_runs

if TYPE_CHECKING:
    from gold import Page
    from scoring import Answer

    from cleaning.likelihood.trees import Trees
    from cleaning.memory.site_memory import SiteMemory

ROUNDS = 100
FIGURES = ("f1", "p", "r", "exact")


class Known(NamedTuple):
    """A page of a site that is known: its set, its place in it, and its site."""

    name: str
    at: int
    site: str


def fold_of(site: str, folds: int) -> int:
    return zlib.crc32(site.encode()) % folds


def observe(task: tuple[Page, Trees]) -> tuple[bytes, Answer]:
    page, trees = task
    article = clean(Fetched(page["url"], page["html"]), trees, observe=True)
    return article.observation, read(article)


def see_with(task: tuple[Page, SiteMemory]) -> list[Seen]:
    """The page's texts as they are weighed where its site's memory reads it, and where trafilatura does."""
    page, memory = task
    found = []
    for by_site in (True, False):
        tree = parse(page["html"])
        if tree is None:
            return []
        metadata = read_metadata(tree, Fetched(page["url"], page["html"]), memory.names)
        runs = read_runs(tree)
        recall = Recall(memory, runs, metadata.draft.title)
        if by_site and recall.understood:
            extraction = of_runs(runs, recall.taken, base_address(tree, page["url"]))
        elif by_site:
            continue
        else:
            recall.understood = False
            extraction = extract(tree, page["url"], runs, without=recall.cut)
        seen = survey(extraction, metadata, page["url"], recall)
        judged = labels(page, runs, (metadata.draft.title, *metadata.titles))
        numbers = [number for number in seen.candidates() if number in judged]
        found.append(
            Seen(
                [seen.vector(number) for number in numbers],
                [judged[number][0] for number in numbers],
                [judged[number][1] for number in numbers],
            )
        )
    return found


def clean_with(task: tuple[Page, SiteMemory, Trees | None]) -> Answer:
    page, memory, trees = task
    return read(clean(Fetched(page["url"], page["html"]), trees, memory=memory))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data_options(parser)
    parser.add_argument("--out", type=Path, metavar="FILE")
    parser.add_argument("--folds", type=count, default=4, metavar="K", help="of the sites (default: 4)")
    parser.add_argument("--jobs", type=count, default=2, metavar="N")
    options = parser.parse_args()
    sets = {name: load(path, options.sample) for name, path in data_sets(parser, options.data, options.sets).items()}
    sizes = Counter(site_of(page) for pages in sets.values() for page in pages)
    known = [
        Known(name, at, site)
        for name, pages in sets.items()
        for at, page in enumerate(pages)
        if sizes[site := site_of(page)] >= FEWEST
    ]
    if len({fold_of(one.site, options.folds) for one in known}) < options.folds:
        parser.error("these pages hold too few sites of five articles")
    with get_context("spawn").Pool(options.jobs) as pool:
        observed, alone = observe_all(sets, known, options.folds, pool)
        print(f"{len(known)} pages of {len({one.site for one in known})} sites observed", flush=True)
        rows = rows_of(sets, known, observed, pool)
        answers: dict[Known, Answer] = {}
        for fold in range(options.folds):
            trees = train_on(known, rows, [one for one in known if fold_of(one.site, options.folds) != fold])
            own = [one for one in known if fold_of(one.site, options.folds) == fold]
            memories = {site: learn(observed[site]).memory for site in {one.site for one in own}}
            read_with = [one for one in own if memories[one.site].is_known]
            tasks = [(sets[one.name][one.at], memories[one.site], trees) for one in read_with]
            answers |= {one: alone[one] for one in own}
            answers.update(zip(read_with, pool.map(clean_with, tasks, 8), strict=True))
    figures("without a memory", sets, known, alone)
    figures("with one", sets, known, answers)
    if options.out:
        options.out.write_text(train_on(known, rows, known).written(), "utf-8")


def observe_all(
    sets: dict[str, list[Page]], known: list[Known], folds: int, pool: Any
) -> tuple[dict[str, dict[str, Observation]], dict[Known, Answer]]:
    """What each page tells of its site, by site and page, and what is made of it alone: by a model of other sites."""
    seen = {name: pool.map(see, pages, 8) for name, pages in sets.items()}
    observed: defaultdict[str, dict[str, Observation]] = defaultdict(dict)
    alone = {}
    for fold in range(folds):
        trees = train(
            (name, page)
            for name, pages in seen.items()
            for page, own in zip(pages, sets[name], strict=True)
            if fold_of(site_of(own), folds) != fold
        )
        own = [one for one in known if fold_of(one.site, folds) == fold]
        tasks = [(sets[one.name][one.at], trees) for one in own]
        for one, (observation, answer) in zip(own, pool.map(observe, tasks, 8), strict=True):
            observed[one.site][page_name(one)] = Observation.unpacked(observation)
            alone[one] = answer
    return dict(observed), alone


def rows_of(
    sets: dict[str, list[Page]], known: list[Known], observed: dict[str, dict[str, Observation]], pool: Any
) -> dict[Known, list[Seen]]:
    """What is to be seen of each page, with all that the site's other pages teach, and with half of that."""
    tasks, owners = [], []
    for one in known:
        own, pages = page_name(one), observed[one.site]
        half = {name: seen for name, seen in pages.items() if name == own or zlib.crc32(name.encode()) % 2}
        for some in (pages, half):
            memory = learn(some, without=own).memory
            if memory.is_known:
                tasks.append((sets[one.name][one.at], memory))
                owners.append(one)
    rows: dict[Known, list[Seen]] = {one: [] for one in known}
    for one, seen in zip(owners, pool.map(see_with, tasks, 8), strict=True):
        rows[one] += seen
    return rows


def train_on(known: list[Known], rows: dict[Known, list[Seen]], chosen: list[Known]) -> Trees:
    return train(((one.name, seen) for one in chosen for seen in rows[one]), features=WITH_MEMORY, rounds=ROUNDS)


def page_name(one: Known) -> str:
    return f"{one.name}/{one.at:06}"


def figures(title: str, sets: dict[str, list[Page]], known: list[Known], answers: dict[Known, Answer]) -> None:
    """Print the figures of the known pages that have a gold text."""
    by_set = {}
    for name in sets:
        own = [one for one in known if one.name == name and sets[name][one.at].get("text")]
        if own:
            by_set[name] = score([sets[name][one.at] for one in own], [answers[one] for one in own])
    for name, row in [*by_set.items(), ("mean of sets", mean_of_sets(by_set.values()))]:
        print(f"{title:18} {name:18} " + " ".join(f"{key}={row[key]:.4f}" for key in FIGURES if key in row), flush=True)


if __name__ == "__main__":
    main()
