"""The names of the rules and kinds of duplicate matches. Commands list them, so this module imports nothing heavy."""

from __future__ import annotations

from enum import StrEnum


class DuplicateRule(StrEnum):
    """The rule by which two articles are one story."""

    CANONICAL_URL = "canonical-url"
    REPEATED_HEADLINE = "repeated-headline"
    NEAR_DUPLICATE = "near-duplicate"


class DuplicateKind(StrEnum):
    """How a duplicate differs from the article that it repeats."""

    SAME_PAGE = "same-page"  # the same address again: print and mobile versions
    VERBATIM = "verbatim"
    UPDATED = "updated"  # longer, or shorter on the same site
    ABRIDGED = "abridged"  # shorter, on another site
    EDITED = "edited"
    REPEATED_HEADLINE = "repeated-headline"  # told again by the same site
