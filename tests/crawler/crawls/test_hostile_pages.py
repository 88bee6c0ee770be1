"""Pages that crash or block the cleaner, or fill its memory: only that page is lost, and it can be cleaned again."""

from __future__ import annotations

import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL, Popen

import psutil
import pytest
from crawling import FAST, ROOT, Store, command, environment, run_scrapy
from manners import load_counts
from servers.paper import prose
from servers.rude import Behaviour, Rude, answer, page
from sqlalchemy import Row

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel counts a child's memory on Linux only")

SLOW = "".join(f"<p>{line}</p>" for line in prose("slow", paragraphs=400) * 10)  # seconds to clean
MOST_MEMORY = 330_000_000
LOADED = 90 << 20  # bytes of a child process that is ready to clean


def write(seed: str) -> str:
    """Return the paragraphs of a story; those of one seed are at one address only, or they would be a wall."""
    return "".join(f"<p>{line}</p>" for line in prose(seed))


# Case 30 of SECURITY.md: the HTML, the rejection reason, the limits that are counted
SHAPES: dict[str, tuple[str, str | None, set[str]]] = {
    "nest of 200": ("<div>" * 200 + write("nest of 200"), None, set()),
    "nest of 2000": ("<div>" * 2_000 + write("nest of 2000"), None, {"depth"}),
    "nest of 200000": ("<div>" * 200_000 + write("nest of 200000"), "no-text", {"depth", "length"}),
    "long class": (f"<div class='{'a ' * 500_000}'>{write('long class')}</div>", None, {"attribute"}),
    "long address": (f"<a href='/{'a' * 1_000_000}'>link</a>{write('long address')}", None, {"links"}),
    "too many elements": ("<b>x</b> " * 160_000, "too-many-elements", {"elements"}),
}
STORIES: dict[str, Behaviour] = {
    **{name.replace(" ", "-"): answer(page(name, paragraphs=text)) for name, (text, _, _) in SHAPES.items()},
    "hog": answer(page("A hog", paragraphs=f"<p>\N{MOTOR BOAT} {'word and more ' * 500_000}</p>")),
    "crash": answer(page("A crash", paragraphs=SLOW)),
    "hang": answer(page("A hang", paragraphs=SLOW)),
    "ordinary": answer(page("An ordinary story")),
}
SIGNALS = {"crash": signal.SIGSEGV, "hang": signal.SIGSTOP}
LEFT = {"hog": "cleaner-memory", "crash": "cleaner-crash", "hang": "cleaner-timeout"}
WORDS = {
    "cleaner-memory": "took too much memory",
    "cleaner-crash": "ended its process",
    "cleaner-timeout": "took too long",
}


class Night:
    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        with Rude() as rude:
            self.site = rude.name
            self.paths = rude.publish(STORIES)
            rude.front()
            rude.on_request = self._asked
            settings = {"CLEANING_MEMORY": MOST_MEMORY, "CLEANING_DEADLINE": 3, "LOG_FILE": folder / "log"}
            more = [part for name, value in settings.items() for part in ("-s", f"{name}={value}")]
            arguments = command("crawl", "articles", "-a", f"url={rude.url}/", *FAST, *more, data=self.data)
            self._crawl = Popen(arguments, cwd=ROOT, env=environment(), stdout=DEVNULL, stderr=DEVNULL)
            try:
                self.code = self._crawl.wait(100)
            finally:
                self._crawl.kill()
        self.log = (folder / "log").read_text("utf-8")
        self.counts = load_counts(self.data)[self.site]

    def article(self, name: str) -> Row[object]:
        return Store(self.data).articles()[self.paths[name]]

    def _asked(self, path: str) -> None:
        number = next((number for name, number in SIGNALS.items() if path == self.paths[name]), None)
        if number is not None:
            cleaner = self._idle_cleaner()  # the response is sent only after this: so this cleaner gets the page
            threading.Thread(target=strike, args=(cleaner, number), daemon=True).start()

    def _idle_cleaner(self) -> psutil.Process:
        deadline = time.monotonic() + 25
        while time.monotonic() < deadline:
            for child in psutil.Process(self._crawl.pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess):  # it has just ended
                    is_cleaner = child.ppid() != self._crawl.pid  # but of the process that they are forked from
                    if is_cleaner and child.memory_info().rss > LOADED and is_idle(child):
                        return child
        raise AssertionError("the cleaner was never idle")


def read_cpu_seconds(child: psutil.Process) -> float:
    """Return the CPU seconds of the process."""
    return float(child.cpu_times().user)


def is_idle(child: psutil.Process) -> bool:
    before = read_cpu_seconds(child)
    time.sleep(0.5)
    return read_cpu_seconds(child) - before < 0.02


def strike(cleaner: psutil.Process, number: signal.Signals) -> None:
    """Send a signal while the cleaner works on its next page."""
    before = read_cpu_seconds(cleaner)
    while read_cpu_seconds(cleaner) < before + 0.4:
        time.sleep(0.05)
    cleaner.send_signal(number)


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    return Night(tmp_path_factory.mktemp("pages"))


@pytest.mark.parametrize("name", SHAPES)
def test_a_page_of_any_shape_is_judged(name: str, night: Night) -> None:
    article = night.article(name.replace(" ", "-"))
    assert article.rejected == SHAPES[name][1]
    if SHAPES[name][1] is None:
        assert prose(name)[-1] in str(article.text)


def test_each_limit_that_a_page_hit_is_counted(night: Night) -> None:
    limits = [limit for _, _, limits in SHAPES.values() for limit in limits]
    counted = {name: number for name, number in night.counts.items() if name.startswith("page/limited/")}
    assert counted == {f"page/limited/{limit}": limits.count(limit) for limit in limits}


# Case 31 of SECURITY.md
@pytest.mark.parametrize(("name", "reason"), LEFT.items())
def test_a_page_that_ends_its_cleaner_is_counted_by_its_reason(name: str, reason: str, night: Night) -> None:
    assert night.counts[f"article/rejected/{reason}"] == 1
    assert f"/the-story-of-the-{name} " in next(line for line in night.log.splitlines() if WORDS[reason] in line)


def test_pages_that_lost_their_cleaner_are_cleaned_when_the_crawl_is_over(night: Night) -> None:
    assert [night.article(name).rejected for name in LEFT] == ["cleaner-memory", None, None]
    assert night.counts["settle/changed"] == 2


def test_the_crawl_continues_after_them(night: Night) -> None:
    assert night.code == 0
    assert night.article("ordinary").rejected is None
    assert night.counts["page/fetched"] == len(STORIES)


def test_a_page_that_took_too_much_memory_is_cleaned_again_with_more(night: Night) -> None:
    done = run_scrapy("reclean", "-s", "CLEANING_PROCESSES=1", data=night.data)
    assert (done.returncode, done.stderr) == (0, "")
    assert night.article("hog").rejected is None
