"""The one licence that all articles of a release declare, where that is so: only then can a release name one."""

from __future__ import annotations

import re
from collections.abc import Mapping

_CREATIVE_COMMONS = re.compile(
    r"https?://creativecommons\.org/(licenses|publicdomain)/(by|by-sa|by-nd|by-nc|by-nc-sa|by-nc-nd|zero)"
    r"/([1-4]\.[05])(?:/(?:deed(?:\.[a-z_]{2,5})?|legalcode(?:\.[a-z]{2})?)?)?/?",
    re.IGNORECASE,
)

# Those of Creative Commons that both the hub (https://huggingface.co/docs/hub/repositories-licenses) and SPDX name.
_VERSIONS = {
    "cc0": ("1.0",),
    "cc-by": ("2.0", "2.5", "3.0", "4.0"),
    "cc-by-sa": ("3.0", "4.0"),
    "cc-by-nd": ("4.0",),
    "cc-by-nc": ("2.0", "3.0", "4.0"),
    "cc-by-nc-sa": ("2.0", "3.0", "4.0"),
    "cc-by-nc-nd": ("3.0", "4.0"),
}


def one_licence(declared: Mapping[str | None, int]) -> str | None:
    """The licence as the hub and, in capitals, SPDX call it ("cc-by-4.0"), from what articles declare and how often.

    None where an article declares none, one that has no such name, or another than the rest.
    """
    names = {_name(licence) for licence in declared}
    return names.pop() if len(names) == 1 else None


def _name(declared: str | None) -> str | None:
    found = _CREATIVE_COMMONS.fullmatch(declared or "")
    if found is None:
        return None
    terms = "cc0" if found[2].lower() == "zero" else f"cc-{found[2].lower()}"
    return f"{terms}-{found[3]}" if found[3] in _VERSIONS[terms] else None
