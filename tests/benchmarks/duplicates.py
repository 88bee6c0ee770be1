"""Measure duplicate detection: labelled pairs of real articles through the real store, and its speed.

    python tests/benchmarks/duplicates.py DATA
    python tests/benchmarks/duplicates.py DATA --rounds 1 --only template --only edits-20 --misses /tmp/misses.jsonl
    python tests/benchmarks/duplicates.py DATA --only order
    python tests/benchmarks/duplicates.py DATA --only index --articles 1000000 --store FOLDER

Pairs are made, from a seed, of the articles of DATA with gold text of at least 80 words
(tests/benchmarks/originals.py says which are left out because DATA holds them twice), in the kinds that
tests/benchmarks/pairs.py lists. Each round has a store of its own: all originals and one more article for each go
through `storage.articles.saving.save_article` and `deduplicate`, in random order. A pair is matched if both articles
are then in one story. In every round the same original gets another kind.

The table shows for each kind its pairs, how many were matched, and as what. For kinds of the same story that is the
recall; for look-alikes every match is false. Precision is the share of true matches among all matches: of the kinds
that must reach 0.99, and of all look-alikes. Below it stands how many unrelated articles, of pairs or not, ended in one
story. The exit status is 1 if a target is missed.

order   a mix of such stories in 20 shuffles, in one night and in three, with addresses that are fetched again
        (tests/benchmarks/shuffles.py): the stories, their representatives and all verdicts must be the same.
index   the time to judge one more article beside 10,000 and beside --articles stored ones
        (tests/benchmarks/story_index.py). The stores are made once, in --store, and stay there.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from contextlib import nullcontext
from io import StringIO
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import beside  # noqa: F401 (imported for its change of the path)
from gold import add_data_options, find_data_sets, parse_count
from judging import store_all
from originals import load_originals
from pair_source import Library
from pairs import KINDS, make_pairs
from shuffles import print_shuffles
from stories_found import PairResults
from story_index import print_times

if TYPE_CHECKING:
    from collections.abc import Sequence

    from originals import SourceArticle

ROUNDS = 6
PARTS = ("order", "index")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data_options(parser)
    parser.add_argument("--rounds", type=parse_count, default=ROUNDS, metavar="N", help=f"(default: {ROUNDS})")
    parser.add_argument("--seed", type=int, default=6, metavar="N", help="of all random choices")
    parser.add_argument(
        "--only",
        action="append",
        choices=[*KINDS, *PARTS],
        metavar="KIND",
        help="only this kind or part; may be repeated",
    )
    parser.add_argument("--misses", type=Path, metavar="FILE", help="write the wrong pairs to this file, as JSON Lines")
    parser.add_argument("--shuffles", type=parse_count, default=20, metavar="N", help="of --only order (default: 20)")
    parser.add_argument("--articles", type=parse_count, default=1_000_000, metavar="N", help="of --only index")
    parser.add_argument("--store", type=Path, metavar="FOLDER", help="for the stores of --only index")
    options = parser.parse_args(arguments)
    only = options.only or []
    if "index" in only and not options.store:
        parser.error("--only index makes stores that stay: name their folder with --store FOLDER")
    files = find_data_sets(parser, options.data, options.sets)
    found = load_originals(files.values(), options.sample)
    print(
        f"{len(found.articles)} articles; left out: {found.short} of fewer than 80 words, "
        f"{found.duplicates} duplicates of others"
    )
    if len(found.articles) < 2:
        parser.error("at least two articles are needed to make pairs")
    is_reached = True
    kinds = [name for name in KINDS if not only or name in only]
    if kinds:
        is_reached &= print_pairs(found.articles, kinds, options.rounds, options.seed, options.misses)
    if "order" in only:
        is_reached &= print_shuffles(found.articles, options.shuffles, options.seed)
    if "index" in only:
        is_reached &= print_times(found.articles, options.articles, options.store, options.seed)
    return 0 if is_reached else 1


def print_pairs(
    articles: Sequence[SourceArticle], kinds: Sequence[str], rounds: int, seed: int, misses: Path | None
) -> bool:
    """Measure and print; return whether the targets of these kinds are reached."""
    library, found = Library(articles), PairResults()
    with misses.open("w", encoding="utf-8") if misses else nullcontext(StringIO()) as lines:
        for number in range(rounds):
            made = list(make_pairs(library, number, seed, kinds))
            replacing = {pair.one.url: pair.one for pair in made}
            store = [replacing.get(one.url, one) for one in articles] + [pair.other for pair in made]
            Random(f"{seed} {number}").shuffle(store)
            with tempfile.TemporaryDirectory(prefix="broadsheet-pairs-") as folder:
                wrong = found.add(made, store, store_all(store, Path(folder)))
            lines.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in wrong)
            print(f"round {number + 1} of {rounds}: {len(made)} pairs, {len(wrong)} wrong", file=sys.stderr, flush=True)
    return found.print(kinds)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
