"""Where `clean` spends its time: a clock around each step of it, set from outside."""

from __future__ import annotations

import time
from collections import defaultdict
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# What `cleaning.clean` calls for each stage, as it names it.
STAGES = {
    "parse": "parsed",
    "metadata": "read_metadata",
    "runs": "read_runs",
    "recall": "Recall",
    "extraction": "_extract",
    "weighing": "weigh",
    "context": "_context",
    "rules": "judge",
    "language": "language.language",
    "verdict": "rejected",
}


class Stages:
    """CPU seconds of this process by stage; a stage inside another counts for itself alone."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._inner = [0.0]

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Inside of it, `cleaning.clean` is measured. Raises AttributeError for a stage that it no longer calls."""
        replaced: list[tuple[Any, str, Any]] = []
        try:
            for stage, path in STAGES.items():
                *modules, name = path.split(".")
                # By its full name: the package's attribute may be the function of the same name.
                owner: Any = import_module("cleaning.clean")
                for module in modules:
                    owner = getattr(owner, module)
                replaced.append((owner, name, getattr(owner, name)))
                setattr(owner, name, self._timed(stage, getattr(owner, name)))
            yield
        finally:
            for owner, name, original in replaced:
                setattr(owner, name, original)

    def _timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **kwargs: Any) -> Any:
            self._inner.append(0.0)
            began = time.process_time()
            try:
                return function(*args, **kwargs)
            finally:
                spent = time.process_time() - began
                self.seconds[stage] += spent - self._inner.pop()
                self._inner[-1] += spent

        return timed
