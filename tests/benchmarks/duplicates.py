"""What a duplicate is to the crawl: labelled pairs of real articles through the real store, and how quick that is.

    python tests/benchmarks/duplicates.py DATA
    python tests/benchmarks/duplicates.py DATA --rounds 1 --only template --only edits-20 --misses /tmp/misses.jsonl
    python tests/benchmarks/duplicates.py DATA --only order
    python tests/benchmarks/duplicates.py DATA --only index --articles 1000000 --store FOLDER

Pairs are made of the articles of DATA that have gold text of at least 80 words (tests/benchmarks/originals.py says
which of them are left out, as DATA holds them twice), by a seed, of the kinds that tests/benchmarks/pairs.py lists. A
round is a store of its own: all the originals and one more article for each, in an order drawn by lot, go through
`storage.articles.keep` and `deduplicate`. A pair is matched where both stand in one story then, by whatever way. The
same original has another kind in every round.

Printed of each kind: its pairs, how many were matched, and as what. Of kinds that are the same story that is the
recall; of look-alikes every match is false. Precision is the share of true ones among all matches: of the kinds that
have to reach 0.99, and of all look-alikes. Beside it stands how many articles that have nothing to do with each other,
pairs or not, ended in one story. The exit status is 1 where a figure is missed.

order   a mix of such stories in 20 shuffles, in one night and in three, in which addresses are fetched again
        (tests/benchmarks/shuffles.py): the stories, who stands for them and all that is said of members has to be the
        same.
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

import beside  # noqa: F401 (what it does to the path is wanted)
from desk import Library
from gold import add_data_options, count, data_sets
from judging import judged
from originals import originals
from pairs import KINDS, pairs
from shuffles import print_shuffles
from stories_found import Found
from story_index import print_times

if TYPE_CHECKING:
    from collections.abc import Sequence

    from originals import Told

ROUNDS = 6
PARTS = ("order", "index")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_data_options(parser)
    parser.add_argument("--rounds", type=count, default=ROUNDS, metavar="N", help=f"(default: {ROUNDS})")
    parser.add_argument("--seed", type=int, default=6, metavar="N", help="of everything that is drawn by lot")
    parser.add_argument(
        "--only", action="append", choices=[*KINDS, *PARTS], metavar="KIND", help="several with --only for each"
    )
    parser.add_argument("--misses", type=Path, metavar="FILE", help="write the wrong pairs there, as JSON Lines")
    parser.add_argument("--shuffles", type=count, default=20, metavar="N", help="of --only order (default: 20)")
    parser.add_argument("--articles", type=count, default=1_000_000, metavar="N", help="of --only index")
    parser.add_argument("--store", type=Path, metavar="FOLDER", help="for the stores of --only index")
    options = parser.parse_args(arguments)
    only = options.only or []
    if "index" in only and not options.store:
        parser.error("--only index makes stores that stay: say where, with --store FOLDER")
    files = data_sets(parser, options.data, options.sets)
    found = originals(files.values(), options.sample)
    print(
        f"{len(found.told)} articles; left out: {found.short} of less than 80 words, "
        f"{found.kin} of which another says the same"
    )
    if len(found.told) < 2:
        parser.error("of less than two articles no pair can be made")
    reached = True
    kinds = [name for name in KINDS if not only or name in only]
    if kinds:
        reached &= print_pairs(found.told, kinds, options.rounds, options.seed, options.misses)
    if "order" in only:
        reached &= print_shuffles(found.told, options.shuffles, options.seed)
    if "index" in only:
        reached &= print_times(found.told, options.articles, options.store, options.seed)
    return 0 if reached else 1


def print_pairs(told: Sequence[Told], kinds: Sequence[str], rounds: int, seed: int, misses: Path | None) -> bool:
    """Judges and prints; answers whether all that is wanted of these kinds is reached."""
    library, found = Library(told), Found()
    with misses.open("w", encoding="utf-8") if misses else nullcontext(StringIO()) as lines:
        for number in range(rounds):
            made = list(pairs(library, number, seed, kinds))
            replacing = {pair.one.url: pair.one for pair in made}
            store = [replacing.get(one.url, one) for one in told] + [pair.other for pair in made]
            Random(f"{seed} {number}").shuffle(store)
            with tempfile.TemporaryDirectory(prefix="broadsheet-pairs-") as folder:
                wrong = found.add(made, store, judged(store, Path(folder)))
            lines.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in wrong)
            print(f"round {number + 1} of {rounds}: {len(made)} pairs, {len(wrong)} wrong", file=sys.stderr, flush=True)
    return found.print(kinds)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
