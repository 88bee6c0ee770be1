"""Decides which declared licences a word of `--licence` means, as in `--licence cc-by`."""

from __future__ import annotations

import re

_CREATIVE_COMMONS = re.compile(
    r"creativecommons\.org/(?:licenses|publicdomain)/([a-z-]+)(?:/([0-9.]+))?", re.IGNORECASE
)
_PUBLIC_DOMAIN = {"zero": "cc0", "mark": "pdm"}
_WORD = re.compile(r"\w+(?:\.\w+)*")


def matches_licence(asked: str, declared: str) -> bool:
    """Whether `asked` means the licence `declared`, regardless of case.

    An address means every licence that begins with it. `cc` means every licence of Creative Commons, `cc-by-nc` this
    one in every version (not `cc-by`, nor the other way round), `cc-by-nc-4.0` this version; `cc0` and `pdm` are the
    public domain. Any other words must occur in the declared licence one after the other.
    """
    asked, declared = asked.lower().strip(), declared.lower().strip()
    if asked.startswith(("http://", "https://")):
        return declared.startswith(asked)
    if found := _CREATIVE_COMMONS.search(declared):
        name = _PUBLIC_DOMAIN.get(found[1], f"cc-{found[1]}")
        if asked in {"cc", name, f"{name}-{found[2]}"}:
            return True
    wanted = _WORD.findall(asked)
    words = _WORD.findall(declared)
    if asked.startswith("cc"):  # spelled out as in "CC BY-SA 4.0", which "cc-by" does not mean
        return _matches_spelled_out(wanted, words)
    return bool(wanted) and any(words[at : at + len(wanted)] == wanted for at in range(len(words)))


def _matches_spelled_out(wanted: list[str], words: list[str]) -> bool:
    terms = {"by", "nc", "nd", "sa"}
    for at, word in enumerate(words):
        if word in {"cc", "cc0"}:
            named = [word]
            for part in words[at + 1 :]:
                if part not in terms:
                    break
                named.append(part)
            version = words[at + len(named) : at + len(named) + 1]
            if wanted in (["cc"], named, named + version):
                return True
    return False
