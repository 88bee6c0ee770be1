"""Bound the time that a channel takes in all, whatever library sends its alert.

A timeout of a library is one between two bytes, or of one request of several: a server that drips its answer would hold
the night up for days. Only another thread can be left alone in the midst of an answer.

Only `send.py` imports this, when an alert is sent: Spidermon comes with the extra `nightly`.
"""

from __future__ import annotations

from concurrent.futures import Future
from threading import Thread

from spidermon import Action

DEADLINE = 120.0  # seconds; a mail with its report goes over a slow line, too


class BoundedAction(Action):  # type: ignore[misc]  # Spidermon has no types
    """Runs another action in a thread of its own, and raises OSError if it has not ended after DEADLINE."""

    def __init__(self, action: Action) -> None:
        super().__init__()
        self._action = action
        self.is_left = False  # whether its thread still runs, because the deadline came first

    def run_action(self) -> None:
        """Run the action; its errors are raised here."""
        self._action.result, self._action.data = self.result, self.data
        outcome: Future[None] = Future()
        Thread(target=self._run, args=(outcome,), daemon=True).start()
        try:
            outcome.result(DEADLINE)
        except TimeoutError:
            if outcome.done():  # it is an error of the action itself
                raise
            self.is_left = True
            raise OSError(f"no whole answer came within {DEADLINE:g} s") from None

    def _run(self, outcome: Future[None]) -> None:
        try:
            self._action.run_action()
        except Exception as error:  # noqa: BLE001 (it is raised where the outcome is waited for)
            outcome.set_exception(error)
        else:
            outcome.set_result(None)
