"""What is reserved of a page, by the page, its response and its host: text and data mining, and uses by AI.

Text and data mining: the TDM Reservation Protocol of the W3C's community group (final report of 10 May 2024,
https://www.w3.org/community/reports/tdmrep/CG-FINAL-tdmrep-20240510/). It is declared in tdmrep.json on the host, in
response headers, and in meta elements; "processing priority" there has what the header says supersede the file, and
what the page says supersede both. `tdm-reservation` is 1 or 0; anything else is a protocol error, counts as not said,
and supersedes nothing. A policy counts only beside a reservation of the same place.

Uses by AI: the header Content-Usage (work in progress of the IETF, draft-ietf-aipref-attach, whose words are those of
draft-ietf-aipref-vocab), beside what robots.txt states for the address (crawler/rights/usage.py).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from cleaning.addresses import absolute, host
from cleaning.article import LONGEST_POLICY, LONGEST_WORD, MOST_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cleaning.article import Page
    from cleaning.structured import Structured

RESERVATION, POLICY, USAGE = "tdm-reservation", "tdm-policy", "content-usage"
HEADERS = (RESERVATION, POLICY, USAGE)  # what a page carries of its response's headers for this
TDMREP, ROBOTS = "tdmrep.json", "robots.txt"
_PREFERENCE = re.compile(r"([a-z*][a-z0-9_.*-]*)\s*=\s*([a-z0-9?._:/-]+)")


class Rights(NamedTuple):
    """As the fields of `Article` with these names; `sources` by the name of the field."""

    tdm_reserved: bool | None
    tdm_policy: str | None
    ai_refused: tuple[str, ...] | None
    usage: tuple[str, ...]
    sources: dict[str, str]


def read_rights(structured: Structured, page: Page) -> Rights:
    """What is reserved of the page; `structured` is what it says about itself, empty where it has no markup."""
    reserved, policy, source = _tdm(structured, page)
    stated = [(word, "Content-Usage") for word in preferences(_lines(page, USAGE))]
    stated += [(word, ROBOTS) for word in page.host.usage]
    usage = tuple(dict.fromkeys(word for word, _ in stated))[:MOST_WORDS]
    sources = {
        "tdm_reserved": source,
        "tdm_policy": source if policy else "",
        "ai_refused": "" if page.host.ai_refused is None else ROBOTS,
        "usage": ", ".join(dict.fromkeys(source for _, source in stated)),
    }
    return Rights(reserved, policy, page.host.ai_refused, usage, sources)


def preferences(lines: Iterable[str]) -> Iterator[str]:
    """The preferences in these lines, as "train-ai=n": key and value in lower case, without parameters."""
    for line in lines:
        for item in line.lower().split(",")[:MOST_WORDS]:
            match = _PREFERENCE.fullmatch(item.partition(";")[0].strip())
            if match and len(match[0]) <= LONGEST_WORD:
                yield f"{match[1]}={match[2]}"


def reservation(value: object) -> bool | None:
    """Whether a value of `tdm-reservation` reserves; None where it is none of the two that there are."""
    return {"1": True, "0": False}.get(str(value).strip())


def policy_address(base: str, value: object) -> str | None:
    """The address that a value of `tdm-policy` names; None where that is none."""
    if not isinstance(value, str) or not 0 < len(value.strip()) <= LONGEST_POLICY:  # cut, it would be another's
        return None
    address = absolute(base, value)
    return address if host(address) and len(address) <= LONGEST_POLICY else None


def _tdm(structured: Structured, page: Page) -> tuple[bool | None, str | None, str]:
    places = (
        (f"meta {RESERVATION}", structured.meta.get(RESERVATION, ()), structured.meta.get(POLICY, ())),
        (RESERVATION, _lines(page, RESERVATION), _lines(page, POLICY)),
    )
    for source, said, policies in places:
        reserved = next((known for known in map(reservation, said) if known is not None), None)
        if reserved is not None:
            named = (address for address in (policy_address(page.url, policy) for policy in policies) if address)
            return reserved, next(named, None) if reserved else None, source
    if page.host.tdm_reserved is None:
        return None, None, ""
    return page.host.tdm_reserved, page.host.tdm_policy if page.host.tdm_reserved else None, TDMREP


def _lines(page: Page, name: str) -> list[str]:
    return [value for header, value in page.rights_headers if header == name]
