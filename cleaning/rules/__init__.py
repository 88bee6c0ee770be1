"""The rules, in the order in which they judge; `judge` has them cut.

Each rule is a module with one function `rule(reading)` that answers with the blocks to cut and its evidence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.rules import (
    before_headline,
    call_to_action,
    chrome,
    comment_form,
    dateline,
    link_label,
    own_links,
    repeated_headline,
    rights,
    see_also,
    share_bar,
    tail,
    unlikely,
)
from cleaning.rules.reading import Context, Cut, Reading, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cleaning.article import Block

__all__ = ["RULES", "Context", "Cut", "Reading", "Rule", "judge"]

RULES: Mapping[str, Rule] = {
    module.__name__.rpartition(".")[2]: module.rule
    for module in (
        repeated_headline,
        before_headline,
        see_also,
        comment_form,
        dateline,
        chrome,
        own_links,
        link_label,
        share_bar,
        call_to_action,
        rights,
        tail,
        unlikely,
    )
}


def judge(blocks: Iterable[Block], context: Context) -> tuple[Block, ...]:
    """The same blocks, each kept or with the rule that cut it and what that rule saw."""
    reading = Reading(list(blocks), context)
    for name, rule in RULES.items():
        for cut in list(rule(reading)):
            if reading.blocks[cut.index].kept:
                reading.cut(name, cut)
    return tuple(reading.blocks)
