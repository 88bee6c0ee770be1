"""Finds the licence that all articles of a release declare. Only then can the release itself name a licence."""

from __future__ import annotations

import re
from collections.abc import Mapping

_CREATIVE_COMMONS = re.compile(
    r"https?://creativecommons\.org/(licenses|publicdomain)/(by|by-sa|by-nd|by-nc|by-nc-sa|by-nc-nd|zero)"
    r"/([1-4]\.[05])(?:/(?:deed(?:\.[a-z_]{2,5})?|legalcode(?:\.[a-z]{2})?)?)?/?",
    re.IGNORECASE,
)

# The licences of Creative Commons with a name both at the Hugging Face hub
# (https://huggingface.co/docs/hub/repositories-licenses) and at SPDX.
_VERSIONS = {
    "cc0": ("1.0",),
    "cc-by": ("2.0", "2.5", "3.0", "4.0"),
    "cc-by-sa": ("3.0", "4.0"),
    "cc-by-nd": ("4.0",),
    "cc-by-nc": ("2.0", "3.0", "4.0"),
    "cc-by-nc-sa": ("2.0", "3.0", "4.0"),
    "cc-by-nc-nd": ("3.0", "4.0"),
}


def find_common_licence(declared: Mapping[str | None, int]) -> str | None:
    """Return the licence by its name at the hub and, in capitals, at SPDX, as in "cc-by-4.0".

    `declared` counts the articles of each declared licence.

    Return None if an article declares no licence, a licence without such a name, or another one than the rest.
    """
    names = {_name_licence(licence) for licence in declared}
    return names.pop() if len(names) == 1 else None


def _name_licence(declared: str | None) -> str | None:
    found = _CREATIVE_COMMONS.fullmatch(declared or "")
    if found is None:
        return None
    terms = "cc0" if found[2].lower() == "zero" else f"cc-{found[2].lower()}"
    return f"{terms}-{found[3]}" if found[3] in _VERSIONS[terms] else None
