"""The server of all papers: each on an address of its own, in the edition of the night that was set last."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import NamedTuple, Self

from servers.loopback import Loopback, Quiet
from servers.night_press.changes import CHANGES
from servers.night_press.edition import Edition
from servers.night_press.stories import PAPERS, PaperPlan, Rhythm


class Event(NamedTuple):
    """Something that happens to a paper in a night, and is over in another."""

    paper: str
    name: str  # of CHANGES
    form: str
    night: int
    until: int | None = None  # the first night without it


class NightPaper(Loopback):
    """Serves the edition of one paper. Counts the requests by path."""

    def __init__(self, plan: PaperPlan, number: int) -> None:
        self.plan = plan
        self.edition: Edition | None = None
        self.asked: list[str] = []
        paper = self

        class Handler(Quiet, BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                assert paper.edition is not None
                paper.asked.append(self.path)
                sent = {name.lower(): value for name, value in self.headers.items()}
                answer = paper.edition.answer(self.path.partition("?")[0], sent)
                body = answer.body.encode() if isinstance(answer.body, str) else answer.body
                headers = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body))}
                self.send_response(answer.status)
                for name, value in (headers | answer.headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

        super().__init__(f"127.0.2.{number}", Handler)


class NightPress:
    """Ten papers, or some of them, by a seed; `events` happen to them."""

    def __init__(
        self,
        seed: int = 1,
        rhythm: Rhythm = "daily",
        events: Sequence[Event] = (),
        papers: Sequence[PaperPlan] = PAPERS,
    ) -> None:
        self._seed, self._rhythm, self._events = seed, rhythm, events
        self._open = ExitStack()
        self.papers = [NightPaper(plan, number) for number, plan in enumerate(papers, 1)]

    def start_night(self, night: int) -> None:
        """Serve what the papers show in this night, from 1 on; it is now."""
        now = datetime.now(UTC)
        for paper in self.papers:
            edition = Edition(paper.plan, night, self._seed, self._rhythm, paper.url, now)
            for event in self._events:
                if event.paper == paper.plan.name and event.night <= night < (event.until or night + 1):
                    CHANGES[event.name][event.form](edition, night - event.night)
            paper.asked.clear()
            paper.edition = edition

    def write_sites(self, order: Sequence[int] | None = None) -> str:
        """Return a sites.toml of all papers, in another order if one is given."""
        papers = self.papers if order is None else [self.papers[number] for number in order]
        return "".join(f'[[site]]\nname = "{paper.plan.name}"\nurl = "{paper.url}/"\n' for paper in papers)

    def __enter__(self) -> Self:
        for paper in self.papers:
            self._open.enter_context(paper)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._open.close()
