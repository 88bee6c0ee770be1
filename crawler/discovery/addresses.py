"""Decide by its form whether an address is an article, a section or neither. See docs/discovery.md."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cleaning.page.canonical import to_canonical_url
from crawler.discovery.address_parts import Shape
from crawler.discovery.article_evidence import EVIDENCE, is_film_story, may_be_headline, may_be_section
from crawler.discovery.link_roles import LinkRole
from crawler.discovery.refusals import NEVER_ARTICLE, RARELY_ARTICLE, TRAPS
from storage.frontier.addresses import AddressKind

if TYPE_CHECKING:
    from crawler.discovery.address_parts import Rules
    from crawler.sites.site import Site


@dataclass(frozen=True, slots=True)
class AddressVerdict:
    """The expected kind of an address: ARTICLE, SECTION or None, and the reason, a short name that stays the same."""

    kind: AddressKind | None
    reason: str


def classify_address(
    url: str, site: Site, *, is_declared: bool = False, role: LinkRole = LinkRole.UNKNOWN
) -> AddressVerdict:
    """Classify `url` by its form, and a mere link also by its `role` on its page.

    A mere link needs evidence that it is an article: its form, or that it is a headline there. An entry of a menu needs
    a date. An address that a feed or a sitemap lists (`is_declared`) is an article unless a rule of NEVER_ARTICLE
    refuses it. Addresses off the site's hosts and those with the form of a crawler trap are refused in all cases.
    """
    canonical = to_canonical_url(url)
    if canonical is None:
        return AddressVerdict(None, "no-address")
    if not site.owns(canonical):
        return AddressVerdict(None, "other-host")
    shape = Shape(canonical, site.get_subdomain(canonical))
    if shape.is_front:
        return AddressVerdict(AddressKind.SECTION, "front-page")
    for rules in (TRAPS, NEVER_ARTICLE):
        if (reason := _find_reason(rules, shape)) is not None:
            return AddressVerdict(None, reason)
    return AddressVerdict(AddressKind.ARTICLE, "declared") if is_declared else _classify_link(shape, role)


def _classify_link(shape: Shape, role: LinkRole) -> AddressVerdict:
    evidence = _find_reason(EVIDENCE, shape)
    reason = _find_reason(RARELY_ARTICLE, shape)
    if reason is not None and not (reason == "show" and role is LinkRole.HEADLINE and is_film_story(shape)):
        return AddressVerdict(None, reason)
    if evidence is not None and (role is not LinkRole.MENU or evidence == "date"):
        return AddressVerdict(AddressKind.ARTICLE, evidence)
    if role is LinkRole.HEADLINE and may_be_headline(shape):
        return AddressVerdict(AddressKind.ARTICLE, "linked-headline")
    if may_be_section(shape):
        return AddressVerdict(AddressKind.SECTION, "short-path")
    return AddressVerdict(None, "no-evidence" if evidence is None else "menu")


def _find_reason(rules: Rules, shape: Shape) -> str | None:
    return next((name for name, matches in rules if matches(shape)), None)
