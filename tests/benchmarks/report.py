"""Print the tables of quality.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuts import Cuts
from extractors import EXTRACTORS, OURS
from scoring import FIGURES, average_sets

from cleaning.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gold import Page


Figures = dict[str, float]

MAX_FALSE = 1 / 12  # share of a rule's cuts that may be false
MAX_WORDS = 0.003  # share of the gold's words that all rules together may cut
WITHOUT_DATES = {name for name, extractor in EXTRACTORS.items() if not extractor.dates}


def print_set(
    name: str, pages: Sequence[Page], figures: Mapping[str, Figures], failures: Mapping[str, list[str]]
) -> None:
    gold = sum(bool(page.get("text")) for page in pages)
    print(f"\n{name}: {len(pages)} pages, {gold} with gold text")
    _print_figures(figures)
    for extractor, failed in failures.items():
        if failed:
            print(f"{_get_label(extractor)} failed on {len(failed)} pages, which count as empty, as on {failed[0]}")


def print_rejected(pages: int, rejected: Mapping[str, Sequence[Page]]) -> None:
    """Print the rejections, by reason. Pages with gold are rejected falsely."""
    number = sum(map(len, rejected.values()))
    reasons = "".join(f", {reason} {len(those)}" for reason, those in sorted(rejected.items()))
    false = [
        f"{page['id']} ({reason})"
        for reason, those in sorted(rejected.items())
        for page in those
        if page.get("text") or page.get("with")
    ]
    listed = f": {', '.join(false)}" if false else ""
    print(f"Broadsheet rejects {number} of {pages} pages{reasons}; falsely, as they have gold, {len(false)}{listed}")


def print_means(by_set: Mapping[str, Mapping[str, Figures]], names: Sequence[str]) -> None:
    print(f"\nmean of {len(by_set)} sets")
    _print_figures({name: average_sets([figures[name] for figures in by_set.values()]) for name in names})


def print_cuts(by_set: Mapping[str, Cuts]) -> None:
    total = Cuts()
    for cuts in by_set.values():
        total.update(cuts)
    print(f"\n{'rule':<20}{'cuts':>7}{'in gold':>9}{'share':>7}{'words':>9}{'in gold':>9}")
    for rule in RULES:
        share = total.false_blocks[rule] / max(1, total.blocks[rule])
        print(
            f"{rule:<20}{total.blocks[rule]:>7}{total.false_blocks[rule]:>9}{share:>7.3f}{total.words[rule]:>9}"
            f"{total.false_words[rule]:>9}{' *' if share > MAX_FALSE else ''}"
        )
    print(
        f"{'all rules':<20}{total.blocks.total():>7}{total.false_blocks.total():>9}{'':7}{total.words.total():>9}"
        f"{total.false_words.total():>9}"
    )
    print(f"\n{'false cuts of cuts':<20}" + "".join(f"{name[:12]:>14}" for name in by_set))
    for rule in RULES:
        cells = (f"{cuts.false_blocks[rule]}/{cuts.blocks[rule]}" for cuts in by_set.values())
        print(f"{rule:<20}" + "".join(f"{cell:>14}" for cell in cells))
    print(f"\n{'words of the gold':<20}{'all':>9}{'lost by extraction':>20}{'by rules':>10}{'in false cuts':>15}")
    for name, cuts in {**by_set, "all": total}.items():
        by_extraction, by_rules = (
            lost / max(1, cuts.gold_words) for lost in (cuts.lost_by_extraction, cuts.lost_by_rules)
        )
        flag = " *" if cuts.false_share > MAX_WORDS else ""
        print(f"{name:<20}{cuts.gold_words:>9}{by_extraction:>20.2%}{by_rules:>10.2%}{cuts.false_share:>15.2%}{flag}")


def print_samples(by_set: Mapping[str, Cuts], rule: str, limit: int) -> None:
    samples = [f"{name} {sample}" for name, cuts in by_set.items() for sample in cuts.samples[rule]]
    print(f"\n{rule}: {min(limit, len(samples))} of {len(samples)} cut blocks that stand in the gold")
    # Evenly over the sets.
    for at in range(min(limit, len(samples))):
        print("   ", samples[at * len(samples) // min(limit, len(samples))])


def print_losses(by_set: Mapping[str, Cuts], limit: int) -> None:
    losses = sorted(
        ((words, f"{name} {page}") for name, cuts in by_set.items() for words, page in cuts.losses if words),
        reverse=True,
    )
    print(f"\nwords lost by extraction: the most, of {len(losses)} pages")
    for words, page in losses[:limit]:
        print(f"{words:>8}  {page}")


def _get_label(name: str) -> str:
    return "Broadsheet" if name == OURS else EXTRACTORS[name].label


def _print_figures(by_extractor: Mapping[str, Figures]) -> None:
    columns = [figure for figure in FIGURES if any(figure in figures for figures in by_extractor.values())]
    print(f"{'':<22}" + "".join(f"{column:>8}" for column in columns))
    for name, figures in by_extractor.items():
        cells = (
            f"{figures[column]:.4f}" if column in figures and (column != "date" or name not in WITHOUT_DATES) else "-"
            for column in columns
        )
        print(f"{_get_label(name):<22}" + "".join(f"{cell:>8}" for cell in cells), flush=True)
