"""What one test says of a night."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class State(Enum):
    """How a night stands to what is usual, as far as one test can say."""

    UNKNOWN = "unknown"  # too little is known, or nothing came that could be judged
    USUAL = "usual"
    CLEARLY_USUAL = "clearly usual"  # one such night heals a finding, of those that are only usual it takes two
    ODD = "odd"  # not usual, and not odd enough to be told; a finding that is open stays open
    FOUND = "found"  # to be told


@dataclass(frozen=True, slots=True)
class Reading:
    """The state of a night by the test `name`. What is found has a sentence, an advice and the numbers behind it."""

    name: str
    state: State
    sentence: str = ""
    advice: str = ""
    evidence: dict[str, float | str] = field(default_factory=dict)

    @property
    def is_usual(self) -> bool:
        return self.state in (State.USUAL, State.CLEARLY_USUAL)
