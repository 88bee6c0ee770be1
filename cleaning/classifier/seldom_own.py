"""Lower the likelihoods of texts of a page read by place whose kind is seldom the article's.

trafilatura leaves these out; without it the classifier takes too many of them, because its training pages differ in
what they count as the article: legends of pictures, datelines, short lines.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from cleaning.classifier.features import FEATURES
from cleaning.classifier.sure_score import SURE_THRESHOLDS
from cleaning.page.part_names import read_part_names
from cleaning.records.block import BlockKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cleaning.page.block_elements import BlockElement
    from cleaning.page.text_runs import TextRun

# The likelihood that a text needs to be the article's, chosen on pages that the model had not seen. More letters than
# those of a line are prose, for which the usual likelihood is enough.
IN_FIGURE, LEGEND, IN_ASIDE, DATELINE, LINE, LINE_ABOVE = 0.95, 0.8, 0.8, 0.8, 0.7, 0.6
MAX_LINE = 80
SURE = SURE_THRESHOLDS[BlockKind.PARAGRAPH]
LENGTH, BEFORE, TAG_CAPTION, TAG_DIV, FIGURE, TABLE, ASIDE, DATED = (
    FEATURES.index(name)
    for name in ("length", "before", "tag_caption", "tag_div", "in_figure", "in_table", "in_aside", "named_dateline")
)
# Names of a legend's element, or of one of the two around it. Pictures and media are named around whole articles, too.
LEGENDS = frozenset(("caption", "captions", "figcaption", "credit", "credits"))
LEVELS = 3


def lower_likelihood(value: float, run: TextRun, vector: Sequence[float]) -> float:
    """Return the likelihood of a text, lowered to that of a sure cut where it is too low for its kind."""
    required = _find_required(run.element, vector)
    return value * SURE / required if value < required else value


def _find_required(element: BlockElement, vector: Sequence[float]) -> float:
    if vector[TAG_CAPTION] or (vector[FIGURE] and not vector[TABLE]):
        return IN_FIGURE
    if any(not read_part_names(one.label).isdisjoint(LEGENDS) for one in islice(element.walk_up(), LEVELS)):
        return LEGEND
    if vector[ASIDE]:
        return IN_ASIDE
    if vector[LENGTH] > MAX_LINE:
        return 0.0
    if vector[DATED]:
        return DATELINE
    if vector[TAG_DIV]:
        return LINE
    return LINE_ABOVE if vector[BEFORE] else 0.0
