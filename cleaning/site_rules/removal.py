"""Find the elements that `remove` in sites.toml names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cleaning.page.removal import ElementCut
from cleaning.records.article import RuleOutcome
from cleaning.site_rules.selectors import find_elements

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml.html import HtmlElement

SITE_RULE = "site_rule"  # the rule that cuts them
WHOLE_PAGE = frozenset(("html", "body"))


def find_removed_elements(
    tree: HtmlElement, selectors: Sequence[str]
) -> tuple[list[ElementCut], tuple[RuleOutcome, ...]]:
    """Return the cuts of the elements that these selectors name, and what each selector found."""
    cuts: dict[HtmlElement, ElementCut] = {}
    outcomes = []
    for selector in selectors:
        elements, problem = find_elements(tree, selector)
        if any(element.tag in WHOLE_PAGE for element in elements):
            elements, problem = [], "names the whole page"
        outcomes.append(RuleOutcome("remove", selector, len(elements), problem=problem))
        for element in elements:
            cuts.setdefault(element, ElementCut(element, SITE_RULE, f"'remove' in sites.toml: {selector}"))
    return list(cuts.values()), tuple(outcomes)
