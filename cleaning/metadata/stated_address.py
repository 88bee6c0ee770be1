"""Find the address that a page states of itself, where nobody else tells it."""

from __future__ import annotations

from cleaning.metadata.structured import read_structured
from cleaning.page.canonical import to_canonical_url
from cleaning.page.parsing import parse_tree

UNKNOWN_ADDRESS = "https://address.invalid/"  # RFC 2606, section 2: no host can have this name


def find_stated_address(html: str) -> str | None:
    """Return the absolute http(s) address that the page declares as its own; None if it declares none."""
    tree = parse_tree(html)
    if tree is None:
        return None
    structured = read_structured(tree)
    stated = structured.canonical or structured.find_text("og:url")
    return to_canonical_url(stated) if stated else None
