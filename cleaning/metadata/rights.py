"""Read what a page, its response and its host reserve: text and data mining, and uses by AI.

Text and data mining: the TDM Reservation Protocol of the W3C's community group (final report of 10 May 2024,
https://www.w3.org/community/reports/tdmrep/CG-FINAL-tdmrep-20240510/). It is declared in tdmrep.json on the host, in
response headers, and in meta elements. By its "processing priority" the headers supersede the file, and the page
supersedes both. `tdm-reservation` is 1 or 0; any other value is a protocol error, counts as not stated, and supersedes
nothing. A policy counts only beside a reservation in the same source.

Uses by AI: the header Content-Usage (work in progress of the IETF, draft-ietf-aipref-attach, whose words are those of
draft-ietf-aipref-vocab), beside what robots.txt states for the address (crawler/rights/usage.py).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from cleaning.page.addresses import get_host, resolve_link
from cleaning.records.given import MAX_POLICY_CHARACTERS, MAX_WORD_CHARACTERS, MAX_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cleaning.metadata.structured import StructuredData
    from cleaning.records.article import Article
    from cleaning.records.given import Page

RESERVATION, POLICY, USAGE = "tdm-reservation", "tdm-policy", "content-usage"
HEADERS = (RESERVATION, POLICY, USAGE)  # the response headers that a page carries for this
TDMREP, ROBOTS = "tdmrep.json", "robots.txt"
_PREFERENCE = re.compile(r"([a-z*][a-z0-9_.*-]*)\s*=\s*([a-z0-9?._:/-]+)")


def add_rights(draft: Article, structured: StructuredData, page: Page) -> Article:
    """Return the article with what is reserved of the page. `structured` is empty for a page without markup."""
    reserved, policy, source = _find_reservation(structured, page)
    stated = [(word, "Content-Usage") for word in parse_preferences(_select_header_lines(page, USAGE))]
    stated += [(word, ROBOTS) for word in page.host_rights.usage]
    usage = tuple(dict.fromkeys(word for word, _ in stated))[:MAX_WORDS]
    sources = {
        "tdm_reserved": source,
        "tdm_policy": source if policy else "",
        "ai_refused": "" if page.host_rights.ai_refused is None else ROBOTS,
        "usage": ", ".join(dict.fromkeys(source for _, source in stated)),
    }
    return replace(
        draft,
        tdm_reserved=reserved,
        tdm_policy=policy,
        ai_refused=page.host_rights.ai_refused,
        usage=usage,
        sources={**draft.sources, **{name: source for name, source in sources.items() if source}},
    )


def parse_preferences(lines: Iterable[str]) -> Iterator[str]:
    """Yield the preferences in these lines, as "train-ai=n": key and value in lower case, without parameters."""
    for line in lines:
        for item in line.lower().split(",")[:MAX_WORDS]:
            match = _PREFERENCE.fullmatch(item.partition(";")[0].strip())
            if match and len(match[0]) <= MAX_WORD_CHARACTERS:
                yield f"{match[1]}={match[2]}"


def parse_reservation(value: object) -> bool | None:
    """Return whether a value of `tdm-reservation` reserves; None where it is neither 1 nor 0."""
    return {"1": True, "0": False}.get(str(value).strip())


def parse_policy_address(base: str, value: object) -> str | None:
    """Return the address that a value of `tdm-policy` names; None where it is no address, or too long.

    An address is never cut: it would be another address.
    """
    if not isinstance(value, str) or not 0 < len(value.strip()) <= MAX_POLICY_CHARACTERS:
        return None
    address = resolve_link(base, value)
    return address if get_host(address) and len(address) <= MAX_POLICY_CHARACTERS else None


def _find_reservation(structured: StructuredData, page: Page) -> tuple[bool | None, str | None, str]:
    candidates = (
        (f"meta {RESERVATION}", structured.meta.get(RESERVATION, ()), structured.meta.get(POLICY, ())),
        (RESERVATION, _select_header_lines(page, RESERVATION), _select_header_lines(page, POLICY)),
    )
    for source, values, policies in candidates:
        reserved = next((value for value in map(parse_reservation, values) if value is not None), None)
        if reserved is not None:
            found = (address for address in (parse_policy_address(page.url, policy) for policy in policies) if address)
            return reserved, next(found, None) if reserved else None, source
    if page.host_rights.tdm_reserved is None:
        return None, None, ""
    return page.host_rights.tdm_reserved, page.host_rights.tdm_policy if page.host_rights.tdm_reserved else None, TDMREP


def _select_header_lines(page: Page, name: str) -> list[str]:
    return [value for header, value in page.rights_headers if header == name]
