"""The reading room over the store of the demo newspapers, with articles of other scripts and hostile ones."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from queue import Queue
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from demo_store import add_earlier_version, crawl_demo
from night_store import make_article
from scrapy.utils.project import get_project_settings
from sqlalchemy import Engine

from crawler.reading_room.changes import find_changes
from crawler.reading_room.room import ReadingRoom
from crawler.reading_room.serve import RoomServer
from crawler.reading_room.sources import SourceReader
from storage.archive.open_place import open_place
from storage.articles.saving import save_article
from storage.database.engine import make_database_url, open_database
from storage.export.release import ReleaseOptions, export_release
from storage.export.selection.selection import Selection
from storage.reading.releases.open_release import open_release_store

HOSTILE = (
    "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">",
    "\u202eEVIL \u2066turned\u2069 ]]>{{ 7*7 }} </title></style>",
    "W" * 2_000,
    "javascript:alert(1)",
)
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
URLS = [f"https://{name}.example/{number}" for name in ("herald", "courier") for number in range(3)]
# Each in words that a shell and an expression would take for their own.
RIGHTS: dict[str, Any] = {
    "licence": 'the press\' "open" licence; $(exit)',
    "section": "Arts & 'Letters'",
    "tdm_reserved": True,
    "ai_refused": ("GPTBot",),
    "usage": ("train-ai=n",),
}
SCRIPTS = {"ar": "افتتاح الميناء بعد العاصفة", "zh": "中国政府公布港口计划", "he": "הנמל נפתח מחדש"}


@dataclass(frozen=True)
class Answer:
    """What a page of the room answered."""

    status: int
    headers: dict[str, str]
    body: str


@dataclass(frozen=True)
class Room:
    """A room that answers at `address`. `data` is the folder of its store."""

    address: str
    data: Path

    def get(self, path: str, **headers: str) -> Answer:
        try:
            with urlopen(Request(self.address + path, headers=headers), timeout=30) as answer:
                return Answer(answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read().decode())
        except HTTPError as error:
            with error:
                return Answer(error.code, {k.lower(): v for k, v in error.headers.items()}, error.read().decode())


@contextmanager
def open_room(data: Path) -> Iterator[Room]:
    """Make the store in this folder, and serve it."""
    crawl_demo(data)
    add_earlier_version(data)
    engine = open_database(make_database_url(data, None))
    titles = [("en", title) for title in HOSTILE] + list(SCRIPTS.items())
    with engine.begin() as connection:
        for place, (language, title) in enumerate(titles):
            rights = RIGHTS if title in SCRIPTS.values() else {}
            article = make_article(f"https://www.paper.example/{place}", title=title, language=language, **rights)
            moment = datetime(2026, 11, 1 + place, tzinfo=UTC)
            save_article(connection, article, site="<b>x</b> & co", run=1, fetched_at=moment, location=None)
    archive = open_place(data)
    assert archive is not None
    settings = get_project_settings()
    settings.set("DATA_DIR", str(data), priority="cmdline")
    with serve(ReadingRoom(engine, archive, sources=SourceReader(settings, archive)), data) as room:
        yield room
    engine.dispose()


@contextmanager
def open_release_room(folder: Path, kept: Path, against: Path | None = None) -> Iterator[Room]:
    """Serve a release, compared with an older one if there is one; their stores are kept below `kept`."""
    with ExitStack() as stack:
        release = stack.enter_context(open_release_store(folder, kept, ignore_progress))
        changes = None
        if against is not None:
            older = stack.enter_context(open_release_store(against, kept, ignore_progress))
            changes = stack.enter_context(find_changes(older, release.engine, ignore_progress))
        yield stack.enter_context(serve(ReadingRoom(release.engine, None, release, changes), folder))


def ignore_progress(_done: int, _total: int) -> None:
    pass


@contextmanager
def serve(room: ReadingRoom, data: Path) -> Iterator[Room]:
    told: Queue[str] = Queue()
    server = RoomServer(room, 0, told.put)
    thread = threading.Thread(target=server.serve_room, daemon=True)
    thread.start()
    try:
        yield Room(told.get(timeout=60), data)
    finally:
        server.should_exit = True
        thread.join(timeout=30)


def export_room(data: Path, folder: Path, *formats: str, **selection: Any) -> Path:
    """Export a store as a release, and return its folder."""
    engine = open_database(make_database_url(data, None))
    try:
        return export_engine(engine, folder, *formats, **selection)
    finally:
        engine.dispose()


def export_engine(engine: Engine, folder: Path, *formats: str, **selection: Any) -> Path:
    chosen, options = Selection(**selection), ReleaseOptions(formats)
    return export_release(engine, folder, chosen, options, progress=ignore_progress).folder
