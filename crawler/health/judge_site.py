"""Judge the night of one site by all tests. Pure: the same nights give the same readings."""

from __future__ import annotations

from crawler.health.access import read_access, read_reach, read_refusals
from crawler.health.dates import read_dates
from crawler.health.gates import read_gates
from crawler.health.look import Look
from crawler.health.reading import Reading, State
from crawler.health.shares import read_shares
from crawler.health.sources import read_sources
from crawler.health.texts import read_texts
from crawler.health.volume import read_volume

_TESTS = (read_access, read_shares, read_texts, read_dates, read_volume, read_sources)
# Of several tests of one name the gravest reading counts; one that cannot say anything counts least.
_GRAVITY = {State.UNKNOWN: 0, State.CLEARLY_USUAL: 1, State.USUAL: 2, State.ODD: 3, State.FOUND: 4}


def judge_night(look: Look) -> dict[str, Reading]:
    """Return the readings of a night by name."""
    if look.index < 1:  # the first night has no past to compare with
        return {reading.name: reading for reading in (read_reach(look), read_refusals(look))}
    readings: dict[str, Reading] = {}
    for test in _TESTS:
        for reading in test(look):
            known = readings.get(reading.name)
            if known is None or _GRAVITY[reading.state] > _GRAVITY[known.state]:
                readings[reading.name] = reading
    gate = read_gates(look, readings)
    if _GRAVITY[gate.state] > _GRAVITY[readings[gate.name].state]:
        readings[gate.name] = gate
    return readings
