"""Measure where `clean` spends its time: replace each of its steps by a timed one."""

from __future__ import annotations

import time
from collections import defaultdict
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# The function of each stage: the modules in which `clean` finds it, and its name there.
STAGES = {
    "parse": (("cleaning.clean",), "parse_html"),
    "metadata": (("cleaning.reading.read_tree", "cleaning.reading.prepare_page"), "read_metadata"),
    "pager": (("cleaning.reading.read_tree",), "find_pager"),
    "runs": (("cleaning.reading.prepare_page",), "read_runs"),
    "foreign parts": (("cleaning.reading.read_tree",), "prepare_page"),
    "live blogs": (("cleaning.reading.read_tree",), "find_live_blog"),
    "memory": (("cleaning.decision.decide",), "MemoryMatch"),
    "by place": (("cleaning.decision.choose_texts",), "classify_by_place"),
    "extraction": (("cleaning.decision.choose_texts",), "_extract"),
    "classifier": (("cleaning.decision.choose_texts",), "classify"),
    "corrections": (("cleaning.decision.choose_texts",), "mark_corrections"),
    "context": (("cleaning.decision.decide",), "_build_context"),
    "rules": (("cleaning.decision.decide",), "apply_rules"),
    "language": (("cleaning.decision.decide",), "detect_language"),
    "verdict": (("cleaning.decision.decide",), "find_rejection_reason"),
}


class Stages:
    """CPU seconds of this process by stage; the time of a stage within another does not count for the outer one."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._inner = [0.0]

    @contextmanager
    def measure(self) -> Iterator[None]:
        """Measure `cleaning.clean` within this context. Raise AttributeError for a stage that it does not have."""
        replaced: list[tuple[Any, str, Any]] = []
        try:
            for stage, (modules, name) in STAGES.items():
                for module in modules:
                    # By full name: an attribute of the package may be a function of the same name.
                    owner = import_module(module)
                    replaced.append((owner, name, getattr(owner, name)))
                    setattr(owner, name, self._make_timed(stage, getattr(owner, name)))
            yield
        finally:
            for owner, name, original in replaced:
                setattr(owner, name, original)

    def _make_timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **kwargs: Any) -> Any:
            self._inner.append(0.0)
            start = time.process_time()
            try:
                return function(*args, **kwargs)
            finally:
                spent = time.process_time() - start
                self.seconds[stage] += spent - self._inner.pop()
                self._inner[-1] += spent

        return timed
