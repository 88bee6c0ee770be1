"""The failure notices of a run as readings: a site that gives nothing until somebody does something.

moved, no-address, removed, no-browser   as the crawl tells them (crawler/run/notices.py); they heal as soon as a whole
                                         night of the site has none. Of a run that was killed before it told them they
                                         are not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from crawler.health.reading import Reading, State
from crawler.run.notices import FAILURE_KINDS


def read_notices(notices: Iterable[Sequence[str]] | None, *, is_whole: bool) -> list[Reading]:
    """Return the readings of a site by its notices, each its kind and text; None: they are not known.

    `is_whole`: the run was not stopped.
    """
    texts = {kind: text for kind, text in notices or () if kind in FAILURE_KINDS}
    is_known = is_whole and notices is not None
    readings = []
    for kind in FAILURE_KINDS:
        if kind in texts:
            sentence, _, advice = texts[kind].partition("; ")
            readings.append(Reading(kind.value, State.FOUND, sentence, advice))
        else:
            readings.append(Reading(kind.value, State.CLEARLY_USUAL if is_known else State.UNKNOWN))
    return readings
