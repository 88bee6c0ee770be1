"""Parses /.well-known/tdmrep.json: for which addresses of a host text and data mining is reserved.

TDM Reservation Protocol, final report of the W3C's community group (10 May 2024), "TDM File on the Origin Server": a
JSON array of rules with `location`, a pattern as in robots.txt, `tdm-reservation` (1 or 0) and perhaps `tdm-policy`.
The first rule whose pattern matches an address applies to it. If none matches, nothing is reserved or granted.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from cleaning.metadata.rights import parse_policy_address, parse_reservation
from crawler.rights.paths import matches

PATH = "/.well-known/tdmrep.json"
MAX_BYTES = 512 << 10  # of the file, as for robots.txt; a larger file is not read
_MAX_RULES = 1_000


class TdmRule(NamedTuple):
    """One rule. `reserved` is None if the file says neither 1 nor 0; the rule still hides the rules after it."""

    location: str
    reserved: bool | None
    policy: str | None


class MalformedTdmFile(ValueError):
    """The file is no JSON, or its top level is no array."""


def parse_tdm_rules(body: bytes, url: str) -> tuple[TdmRule, ...]:
    """Return the rules of the file from `url`, in file order, without invalid entries. Raise MalformedTdmFile."""
    try:
        content = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise MalformedTdmFile(str(error)) from error
    if not isinstance(content, list):
        raise MalformedTdmFile("the top level is no array")
    return tuple(
        TdmRule(
            location, parse_reservation(item.get("tdm-reservation")), parse_policy_address(url, item.get("tdm-policy"))
        )
        for item in content[:_MAX_RULES]
        if isinstance(item, dict) and isinstance(location := item.get("location"), str)
    )


def find_tdm_rule(rules: Sequence[TdmRule], url: str) -> TdmRule | None:
    """Return the rule that applies to the address, or None."""
    return next((rule for rule in rules if matches(rule.location, url)), None)
