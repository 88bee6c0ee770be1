"""Takes the tasks of one queue, as many at a time as its process does, until it is asked to stop.

Imports Procrastinate, of the extra `fleet`.
"""

from __future__ import annotations

import asyncio

from procrastinate import App
from procrastinate.worker import Worker

_POLL = 2.0  # seconds between two looks for tasks, where no notice comes


class QueueWorker:
    """A worker of Procrastinate that ends whenever it is asked to.

    `deletes_done`: whether a task that ended well is deleted, and not kept for the status of its night.
    """

    def __init__(self, queue: App, queue_name: str, *, name: str, most: int, deletes_done: bool) -> None:
        self._worker = Worker(
            queue,
            queues=[queue_name],
            name=name,
            concurrency=most,
            fetch_job_polling_interval=_POLL,
            delete_jobs="successful" if deletes_done else "never",
            install_signal_handlers=False,
        )
        self._task: asyncio.Task[None] | None = None

    def start(self) -> asyncio.Task[None]:
        """Begin, and return what ends when this worker has ended; with an error, when its queue was lost."""
        self._task = asyncio.create_task(self._worker.run())  # type: ignore[no-untyped-call]
        return self._task

    def stop(self) -> None:
        """Take nothing more, and end after the tasks that are under way.

        It is cancelled besides, as it may wait for a database that is away. That alone would not do: while it begins,
        it awaits queries, and a cancellation is lost where it comes just when an answer has come
        (`asyncio.wait_for` before Python 3.12).
        """
        self._worker.stop()  # type: ignore[no-untyped-call]
        if self._task is not None:
            self._task.cancel()
