"""The judgement of an address: does an article stand behind it, a section, or neither? See docs/discovery.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cleaning.canonical import canonical_url
from crawler.discovery.evidence import EVIDENCE, may_be_section
from crawler.discovery.refusals import RATHER_NONE, SURELY_NONE, TRAPS
from crawler.discovery.shape import Shape
from storage.addresses import AddressKind

if TYPE_CHECKING:
    from crawler.discovery.shape import Rules
    from crawler.sites import Site


@dataclass(frozen=True, slots=True)
class AddressVerdict:
    """What is expected behind an address: ARTICLE, SECTION, or neither (None), and why, as a short lasting name."""

    kind: AddressKind | None
    reason: str


def judge_address(url: str, site: Site, *, declared: bool = False) -> AddressVerdict:
    """Judge `url` by its form alone.

    A mere link must show evidence that it is an article. Where a feed or a sitemap has `declared` the address, it is an
    article unless it surely is none. Addresses off the site's hosts and those with the shape of a crawler trap are
    refused either way.
    """
    canonical = canonical_url(url)
    if canonical is None:
        return AddressVerdict(None, "no-address")
    if not site.owns(canonical):
        return AddressVerdict(None, "other-host")
    shape = Shape(canonical, site.subdomain(canonical))
    if shape.is_front:
        return AddressVerdict(AddressKind.SECTION, "front-page")
    for rules in (TRAPS, SURELY_NONE) if declared else (TRAPS, SURELY_NONE, RATHER_NONE):
        if (reason := _first(rules, shape)) is not None:
            return AddressVerdict(None, reason)
    evidence = "declared" if declared else _first(EVIDENCE, shape)
    if evidence is not None:
        return AddressVerdict(AddressKind.ARTICLE, evidence)
    if may_be_section(shape):
        return AddressVerdict(AddressKind.SECTION, "short-path")
    return AddressVerdict(None, "no-evidence")


def _first(rules: Rules, shape: Shape) -> str | None:
    return next((name for name, holds in rules if holds(shape)), None)
