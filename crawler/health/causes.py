"""Which finding explains which: one cause is told once, and not again as all that follows from it."""

from __future__ import annotations

from collections.abc import Iterable

_FEW = frozenset({"silent", "drop", "dead-feed", "dead-sitemap", "on-hold", "slow"})
_TEXTS = frozenset({"shorter", "longer", "more-cut", "no-dates", "no-authors", "language", "false-dates", "template"})
_PAGES = frozenset({"javascript", "paywall", "no-article", "duplicates"})
_NO_ENTRY = _FEW | _TEXTS | _PAGES | {"walls", "failing", "refused", "no-address", "flood"}
# With one of these open a site gives nothing, and it was told.
GIVES_NOTHING = frozenset(
    {"removed", "moved", "robots-closed", "unreachable", "refused", "no-address", "silent", "on-hold"}
)
# From cause to effects. A cause that is open from an earlier night explains tonight's effects, too.
EXPLAINS: dict[str, frozenset[str]] = {
    "removed": _NO_ENTRY | {"moved", "robots-closed", "unreachable"},
    "moved": _NO_ENTRY | {"robots-closed", "unreachable"},
    "robots-closed": _NO_ENTRY | {"unreachable"},
    "unreachable": _NO_ENTRY,
    "refused": _NO_ENTRY - {"refused"},
    "on-hold": (_FEW - {"on-hold"}) | {"failing", "no-address"},
    "failing": (_FEW - {"on-hold"}) | _TEXTS,
    "walls": (_FEW - {"on-hold"}) | _TEXTS | _PAGES | {"failing"},
    "javascript": _FEW | _TEXTS | {"paywall", "no-article", "duplicates"},
    "paywall": _TEXTS | {"silent", "drop"},
    "no-address": (_FEW - {"on-hold"}) | _TEXTS,
    "no-article": _TEXTS | {"silent", "drop"},
    "template": frozenset({"silent", "drop", *(_TEXTS - {"template", "language", "false-dates"})}),
    "dead-feed": frozenset({"drop"}),
    "dead-sitemap": frozenset({"drop"}),
    "false-dates": frozenset({"flood", "no-dates", "dead-feed", "dead-sitemap"}),
    "duplicates": frozenset({"flood", "drop", "template", "shorter", "longer", "false-dates"}),
    "flood": frozenset({"slow"}),
    "language": frozenset({"shorter", "longer", "more-cut", "template", "no-authors"}),
    "silent": frozenset({"drop", "dead-feed", "dead-sitemap"}),
    "more-cut": frozenset({"shorter"}),
}


def drop_explained(found: Iterable[str], standing: Iterable[str]) -> set[str]:
    """Return the names of `found` that no other of them, and none of the `standing` findings, explains."""
    names = set(found)
    causes = names | set(standing)
    return {name for name in names if not any(name in EXPLAINS.get(cause, ()) for cause in causes if cause != name)}
