"""What went wrong with a night itself, and not with one of its sites: a part of its alert."""

from __future__ import annotations

from typing import NamedTuple


class NightTrouble(NamedTuple):
    """One thing that went wrong with a night."""

    summary: str  # for the subject of an alert: "the night did not end"
    sentence: str  # with what follows from it
    lasts: bool = False  # so it may be in many nights in a row: told in the first of them
