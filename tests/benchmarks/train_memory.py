"""Train the model for sites with a memory (cleaning/classifier) and measure what memory adds.

    python tests/benchmarks/train_memory.py DATA [--out FILE] [--place-out FILE] [--folds K] [--jobs N]

DATA is a folder of NAME.jsonl.xz. Only pages of sites with five articles or more are used. The features of each page
use a memory that was learned from the site's other pages; their observations come from a model that has not seen the
site. Printed are the figures of held-out sites, cleaned without a memory and with one (learned from all pages of the
site, as `python -m cleaning --learn` does). --out writes the model of all sites, --place-out the one that reads a page
without trafilatura.

Needs the extra `benchmarks` (LightGBM); the cleaner itself reads the model without it.
"""

from __future__ import annotations

import argparse
import zlib
from collections import Counter, defaultdict
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from extractors import make_answer
from gold import add_data_options, find_data_sets, get_page_site, load_pages, parse_count
from labels import label_runs
from scoring import average_sets, score
from train import PLACE_ROUNDS, PLACE_SETTINGS, TrainingRows, build_rows, extract_rows, train

from cleaning.classifier.classify import build_page_features
from cleaning.classifier.features import FEATURES_WITH_MEMORY
from cleaning.classifier.read_by_place import build_features_by_place
from cleaning.clean import clean
from cleaning.extraction import build_extraction, extract, find_base_url
from cleaning.foreign.hidden_text import judge_hidden_parts
from cleaning.memory.learning import learn_memory
from cleaning.memory.match import MemoryMatch
from cleaning.memory.observation import Observation
from cleaning.memory.site_memory import MIN_ARTICLES
from cleaning.metadata.collect import read_metadata
from cleaning.page.forum_posts import find_posts
from cleaning.page.parsing import parse_tree
from cleaning.reading.prepare_page import prepare_page
from cleaning.records.given import Page as Fetched

if TYPE_CHECKING:
    from gold import Page
    from scoring import Answer

    from cleaning.classifier.model import TreeModel
    from cleaning.memory.site_memory import SiteMemory

ROUNDS = 100
FIGURES = ("f1", "p", "r", "exact")


class MemoryRows(NamedTuple):
    """The training rows of one page with a memory: extracted by the memory if possible and by trafilatura; by place."""

    extracted: list[TrainingRows]
    by_place: TrainingRows | None = None


class KnownPage(NamedTuple):
    """A page of a site with a memory: its set, its index in the set, and its site."""

    name: str
    at: int
    site: str


def assign_fold(site: str, folds: int) -> int:
    return zlib.crc32(site.encode()) % folds


def observe_page(task: tuple[Page, TreeModel]) -> tuple[bytes, Answer]:
    page, model = task
    article = clean(Fetched(page["url"], page["html"]), model, observe=True)
    return article.observation, make_answer(article)


def extract_rows_with_memory(task: tuple[Page, SiteMemory]) -> MemoryRows:
    page, memory = task
    extracted = []
    by_place = None
    for by_site in (True, False):
        tree = parse_tree(page["html"])
        if tree is None:
            return MemoryRows([])
        fetched = Fetched(page["url"], page["html"])
        metadata = read_metadata(tree, fetched, memory.names)
        prepared = prepare_page(tree, fetched, metadata, memory.names)
        metadata, runs = prepared.metadata, prepared.runs
        match = MemoryMatch(memory, runs, metadata.draft.title)
        labels = label_runs(page, runs, (metadata.draft.title, *metadata.titles))
        if by_site and match.is_understood:
            extraction = build_extraction(runs, match.taken, find_base_url(tree, page["url"]))
        elif by_site:
            continue
        else:
            match.is_understood = False
            unseen = judge_hidden_parts(prepared.hidden, runs)
            if not find_posts(runs):
                features = build_features_by_place(runs, metadata, page["url"], unseen, match)
                by_place = build_rows(features, {at: label for at, label in labels.items() if at not in unseen})
            extraction = extract(tree, page["url"], runs, without=match.cut)
        extracted.append(build_rows(build_page_features(extraction, metadata, page["url"], match), labels))
    return MemoryRows(extracted, by_place)


def clean_with_memory(task: tuple[Page, SiteMemory, tuple[TreeModel, TreeModel]]) -> Answer:
    page, memory, (model, place_model) = task
    return make_answer(clean(Fetched(page["url"], page["html"]), model, place_model=place_model, memory=memory))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data_options(parser)
    parser.add_argument("--out", type=Path, metavar="FILE")
    parser.add_argument("--place-out", type=Path, metavar="FILE")
    parser.add_argument("--folds", type=parse_count, default=4, metavar="K", help="folds of the sites (default: 4)")
    parser.add_argument("--jobs", type=parse_count, default=2, metavar="N")
    options = parser.parse_args()
    sets = {
        name: load_pages(path, options.sample)
        for name, path in find_data_sets(parser, options.data, options.sets).items()
    }
    sizes = Counter(get_page_site(page) for pages in sets.values() for page in pages)
    known = [
        KnownPage(name, at, site)
        for name, pages in sets.items()
        for at, page in enumerate(pages)
        if sizes[site := get_page_site(page)] >= MIN_ARTICLES
    ]
    if len({assign_fold(one.site, options.folds) for one in known}) < options.folds:
        parser.error("these pages have too few sites of five articles")
    with get_context("spawn").Pool(options.jobs) as pool:
        observed, alone = observe_all(sets, known, options.folds, pool)
        print(f"{len(known)} pages of {len({one.site for one in known})} sites observed", flush=True)
        rows = extract_all_rows(sets, known, observed, pool)
        answers: dict[KnownPage, Answer] = {}
        for fold in range(options.folds):
            others = [one for one in known if assign_fold(one.site, options.folds) != fold]
            models = train_on_pages(rows, others), train_by_place(rows, others)
            own = [one for one in known if assign_fold(one.site, options.folds) == fold]
            memories = {site: learn_memory(observed[site]).memory for site in {one.site for one in own}}
            with_memory = [one for one in own if memories[one.site].is_known]
            tasks = [(sets[one.name][one.at], memories[one.site], models) for one in with_memory]
            answers |= {one: alone[one] for one in own}
            answers.update(zip(with_memory, pool.map(clean_with_memory, tasks, 8), strict=True))
    print_figures("without a memory", sets, known, alone)
    print_figures("with one", sets, known, answers)
    if options.out:
        options.out.write_text(train_on_pages(rows, known).to_json(), "utf-8")
    if options.place_out:
        options.place_out.write_text(train_by_place(rows, known).to_json(), "utf-8")


def observe_all(
    sets: dict[str, list[Page]], known: list[KnownPage], folds: int, pool: Any
) -> tuple[dict[str, dict[str, Observation]], dict[KnownPage, Answer]]:
    """Return each page's observation, by site and page, and its answer without memory, by a model of other sites."""
    seen = {name: pool.map(extract_rows, pages, 8) for name, pages in sets.items()}
    observed: defaultdict[str, dict[str, Observation]] = defaultdict(dict)
    alone = {}
    for fold in range(folds):
        model = train(
            (name, page.extracted)
            for name, pages in seen.items()
            for page, own in zip(pages, sets[name], strict=True)
            if assign_fold(get_page_site(own), folds) != fold
        )
        own = [one for one in known if assign_fold(one.site, folds) == fold]
        tasks = [(sets[one.name][one.at], model) for one in own]
        for one, (observation, answer) in zip(own, pool.map(observe_page, tasks, 8), strict=True):
            observed[one.site][name_page(one)] = Observation.from_bytes(observation)
            alone[one] = answer
    return dict(observed), alone


def extract_all_rows(
    sets: dict[str, list[Page]], known: list[KnownPage], observed: dict[str, dict[str, Observation]], pool: Any
) -> dict[KnownPage, list[MemoryRows]]:
    """Return each page's training rows, with all that the site's other pages teach, and with half of that."""
    tasks, owners = [], []
    for one in known:
        own, pages = name_page(one), observed[one.site]
        half = {name: page for name, page in pages.items() if name == own or zlib.crc32(name.encode()) % 2}
        for some in (pages, half):
            memory = learn_memory(some, without=own).memory
            if memory.is_known:
                tasks.append((sets[one.name][one.at], memory))
                owners.append(one)
    rows: dict[KnownPage, list[MemoryRows]] = {one: [] for one in known}
    for one, page_rows in zip(owners, pool.map(extract_rows_with_memory, tasks, 8), strict=True):
        rows[one].append(page_rows)
    return rows


def train_on_pages(rows: dict[KnownPage, list[MemoryRows]], chosen: list[KnownPage]) -> TreeModel:
    return train(
        ((one.name, page_rows) for one in chosen for both in rows[one] for page_rows in both.extracted),
        features=FEATURES_WITH_MEMORY,
        rounds=ROUNDS,
    )


def train_by_place(rows: dict[KnownPage, list[MemoryRows]], chosen: list[KnownPage]) -> TreeModel:
    return train(
        ((one.name, both.by_place) for one in chosen for both in rows[one] if both.by_place is not None),
        features=FEATURES_WITH_MEMORY,
        rounds=PLACE_ROUNDS,
        settings=PLACE_SETTINGS,
    )


def name_page(one: KnownPage) -> str:
    return f"{one.name}/{one.at:06}"


def print_figures(
    title: str, sets: dict[str, list[Page]], known: list[KnownPage], answers: dict[KnownPage, Answer]
) -> None:
    """Print the figures of the known pages that have a gold text."""
    by_set = {}
    for name in sets:
        own = [one for one in known if one.name == name and sets[name][one.at].get("text")]
        if own:
            by_set[name] = score([sets[name][one.at] for one in own], [answers[one] for one in own])
    for name, row in [*by_set.items(), ("mean of sets", average_sets(by_set.values()))]:
        print(f"{title:18} {name:18} " + " ".join(f"{key}={row[key]:.4f}" for key in FIGURES if key in row), flush=True)


if __name__ == "__main__":
    main()
