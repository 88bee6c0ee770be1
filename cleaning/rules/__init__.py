"""Rules that cut boilerplate blocks, in the order in which they run; `apply_rules` runs them.

before_headline.py      cut kickers, dates and bars before the visible headline
call_to_action.py       cut lines that ask to sign up, subscribe, follow or donate
chrome.py               cut blocks in parts of the page named related, share, newsletter and the like
comment_form.py         cut the notices, labels and buttons of the comment form
consent.py              cut notices on cookies that stand alone
copies.py               find the texts that stand in a page twice (used by repeated_text)
dateline.py             cut the line with date, byline and source above the text
hidden.py               cut what no reader of the page sees
link_label.py           cut labels over linked headlines after the last paragraph
own_links.py            cut lines that are only links to pages of the same site
page_blocks.py          the blocks of a page as the rules see them
repeated_headline.py    cut the headline where it is repeated at the top of the text
repeated_text.py        cut copies of the body, excerpts above it, quotations pulled out of it
rights.py               cut copyright lines at the end
see_also.py             cut lines that point to another article
share_bar.py            cut the words of buttons: share, print, advertisement
tail.py                 cut links and labels after the last paragraph
teasers.py              find teasers below, and labels above, linked headlines (used by the rules)
unlikely.py             cut blocks to which the classifier gives a low score

Each rule is a module with one function `rule(page)` that yields the blocks to cut with its evidence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.records.block import BlockKind
from cleaning.rules import (
    before_headline,
    call_to_action,
    chrome,
    comment_form,
    consent,
    dateline,
    hidden,
    link_label,
    own_links,
    repeated_headline,
    repeated_text,
    rights,
    see_also,
    share_bar,
    tail,
    unlikely,
)
from cleaning.rules.page_blocks import Context, Cut, PageBlocks, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cleaning.records.block import Block

__all__ = ["RULES", "Context", "Cut", "Reading", "Rule", "judge"]

RULES: Mapping[str, Rule] = {
    module.__name__.rpartition(".")[2]: module.rule
    for module in (
        hidden,
        repeated_headline,
        consent,
        repeated_text,
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

# Rules that know an article by its one container and its paragraphs, and take what readers wrote for something else.
NOT_IN_THREADS = frozenset(("chrome", "link_label", "tail", "unlikely"))


def apply_rules(blocks: Iterable[Block], context: Context) -> tuple[Block, ...]:
    """Return the same blocks, each kept or with the rule that cut it and that rule's evidence.

    No rule cuts a correction.
    """
    page = PageBlocks(list(blocks), context)
    for name, rule in RULES.items():
        if context.is_thread and name in NOT_IN_THREADS:
            continue
        for cut in list(rule(page)):
            block = page.blocks[cut.index]
            is_spared = block.kind is BlockKind.CORRECTION or context.spares(name, cut.index)
            if block.is_kept and not is_spared:
                page.cut(name, cut)
    return tuple(page.blocks)
