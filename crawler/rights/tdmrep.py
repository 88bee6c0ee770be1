"""The file /.well-known/tdmrep.json: for which addresses of a host text and data mining is reserved.

TDM Reservation Protocol, final report of the W3C's community group (10 May 2024), "TDM File on the Origin Server": a
JSON array of rules with `location`, a pattern as in robots.txt, `tdm-reservation` (1 or 0) and perhaps `tdm-policy`.
The first rule whose pattern holds is the address's own; where none holds, nothing is said.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

from cleaning.rights import policy_address, reservation
from crawler.rights.paths import matches

PATH = "/.well-known/tdmrep.json"
MOST_BYTES = 512 << 10  # of the file; a larger one is not read. As much as of a robots.txt.
_MOST_RULES = 1_000


class TdmRule(NamedTuple):
    """`reserved` is None where the file says neither 1 nor 0: then the rule says nothing, and none after it does."""

    location: str
    reserved: bool | None
    policy: str | None


class Malformed(ValueError):
    """The file is no JSON, or no array."""


def tdm_rules(body: bytes, url: str) -> tuple[TdmRule, ...]:
    """The rules of the file that stood at `url`, in its order; what in it is no rule is left out. Raises Malformed."""
    try:
        content = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Malformed(str(error)) from error
    if not isinstance(content, list):
        raise Malformed("no array")
    return tuple(
        TdmRule(location, reservation(item.get("tdm-reservation")), policy_address(url, item.get("tdm-policy")))
        for item in content[:_MOST_RULES]
        if isinstance(item, dict) and isinstance(location := item.get("location"), str)
    )


def tdm_rule(rules: Sequence[TdmRule], url: str) -> TdmRule | None:
    """The rule for an address."""
    return next((rule for rule in rules if matches(rule.location, url)), None)
