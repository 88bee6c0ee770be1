"""After a run the texts are what the pages and their sites' settled memory say, in whatever order the pages came."""

from __future__ import annotations

import random
import shutil
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from crawling import run_scrapy
from small_paper import SmallPaper

from storage.warc import Archive, Exchange

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cleaning.article import Page

FIRST_NIGHT = datetime(2024, 6, 1, 2, tzinfo=UTC)
NEWS = "Every morning at six: what the Lantern knows, in your letter box, and none of it twice. Write to us to have it."
LANTERN, MORGEN, GAZETTE = SmallPaper(), SmallPaper("morgenblatt", "de"), SmallPaper("gazette")
STORIES = 12  # of the lantern
WRITER = "Ada Fennimore has written about the water for eleven years, and still cannot swim."


def papers() -> list[Page]:
    """The pages of three papers.

    One with a line in the midst of its texts and its writers under half of them, one that links its next story, one of
    four articles.
    """
    pages = [
        LANTERN.page(number, middle=f"<p>{NEWS}</p>", end=f"<p>{WRITER}</p>" if number % 2 == 0 else "")
        for number in range(STORIES)
    ]
    pages += [
        MORGEN.page(number, below=f"<p><a href='{MORGEN.url(number + 1)}'>{MORGEN.story(number + 1).headline}</a></p>")
        for number in range(8)
    ]
    return pages + [GAZETTE.page(number, middle=f"<p>{NEWS}</p>") for number in range(4)]


def archive(data: Path, pages: Sequence[Page], night: int) -> Path:
    """The archive of a night on which these pages were fetched, in the data folder."""
    folder = data / "archive"
    before = set(folder.glob("*"))
    kept = Archive(folder, run=night, software="tests")
    for page in pages:
        site = page.url.split("/")[2].split(".")[1]
        kept.write(
            Exchange(
                url=page.url,
                method="GET",
                request_headers=[],
                status=200,
                headers=[("Content-Type", "text/html; charset=utf-8")],
                body=page.html.encode(),
                # What a page's time is, is its own: it must not tell the night.
                fetched_at=FIRST_NIGHT + timedelta(hours=int(page.url.rsplit("/", 1)[1])),
                site=site,
            )
        )
    kept.close()
    (path,) = set(folder.glob("*")) - before
    return path


def crawl(data: Path, path: Path, *, processes: int = 1) -> None:
    done = run_scrapy("crawl", "archive", "-a", f"path={path}", "-s", f"CLEANING_PROCESSES={processes}", data=data)
    assert done.returncode == 0, done.stderr


def rows(data: Path, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(data / "broadsheet.db") as database:
        return database.execute(query).fetchall()


def outcome(data: Path) -> list[tuple[Any, ...]]:
    return rows(data, "SELECT url, title, text, rejected, duplicate_of FROM article ORDER BY url") + rows(
        data, "SELECT site, digest FROM site_memory ORDER BY site"
    )


@pytest.fixture(scope="module")
def one_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All pages in one night, in order, by one process."""
    data = tmp_path_factory.mktemp("one-night")
    crawl(data, archive(data, papers(), 1))
    return data


@pytest.fixture
def data(one_night: Path, tmp_path: Path) -> Path:
    """A copy of that night's data folder."""
    return Path(shutil.copytree(one_night, tmp_path / "data"))


def test_what_a_site_repeats_is_cut_once_the_night_is_over(one_night: Path) -> None:
    texts = [text for (text,) in rows(one_night, "SELECT text FROM article WHERE site = 'lantern'")]
    assert len(texts) == STORIES
    assert not any(NEWS in text or WRITER in text for text in texts)
    cut = rows(one_night, f"SELECT count(*) FROM block WHERE rule = 'repeated_block' AND text = '{NEWS}'")
    assert cut == [(STORIES,)]
    headlines = {MORGEN.story(number).headline for number in range(1, 9)}
    morgen = [text for (text,) in rows(one_night, "SELECT text FROM article WHERE site = 'morgenblatt'")]
    assert not any(headline in text for text in morgen for headline in headlines)


def test_every_story_is_whole(one_night: Path) -> None:
    stored = dict(rows(one_night, "SELECT url, text FROM article WHERE site = 'lantern'"))
    for number in range(STORIES):
        assert stored[LANTERN.url(number)] == LANTERN.story(number).text


def test_any_order_three_nights_and_four_processes_end_in_the_same_texts(one_night: Path, tmp_path: Path) -> None:
    pages = papers()
    random.Random(1).shuffle(pages)
    for night, some in enumerate((pages[:5], pages[5:13], pages[13:]), 1):
        crawl(tmp_path, archive(tmp_path, some, night), processes=4)
    assert outcome(tmp_path) == outcome(one_night)


def test_what_is_settled_is_left_alone(data: Path) -> None:
    before = rows(data, "SELECT * FROM article ORDER BY id"), rows(data, "SELECT * FROM block ORDER BY 1, 2")
    crawl(data, archive(data, [SmallPaper("courier").page(1)], 2))
    after = (
        rows(data, "SELECT * FROM article WHERE site <> 'courier' ORDER BY id"),
        rows(
            data,
            "SELECT block.* FROM block JOIN article ON article.id = article_id WHERE site <> 'courier' ORDER BY 1, 2",
        ),
    )
    assert after == before


def test_a_settling_that_was_cut_short_is_finished_by_the_next_run(one_night: Path, data: Path) -> None:
    """That one sees one page of each site."""
    with sqlite3.connect(data / "broadsheet.db") as database:
        # As a kill leaves it: the memory is stored, and half of the articles were cleaned before there was one.
        half = "SELECT id FROM article WHERE site <> 'gazette' AND id < '8'"
        database.execute(f"UPDATE trace SET digest = 'unknown' WHERE article_id IN ({half})")
        database.execute(f"UPDATE article SET text = text || '\nand a line of chaff' WHERE id IN ({half})")
    assert outcome(data) != outcome(one_night)
    crawl(data, archive(data, [papers()[0], papers()[STORIES]], 2))
    assert outcome(data) == outcome(one_night)


def test_what_is_damaged_of_the_memory_is_learnt_again(one_night: Path, data: Path) -> None:
    with sqlite3.connect(data / "broadsheet.db") as database:
        database.execute("UPDATE site_memory SET data = X'00' WHERE site = 'lantern'")
        database.execute("UPDATE trace SET data = X'0102' WHERE article_id < '4'")
        database.execute("UPDATE observation SET data = X'0102' WHERE article_id > 'a'")
    crawl(data, archive(data, [papers()[0], papers()[STORIES]], 2))
    assert outcome(data) == outcome(one_night)
    assert rows(data, "SELECT count(*) FROM article WHERE rejected IS NOT NULL") == [(0,)]
    assert rows(data, "SELECT site, data FROM site_memory ORDER BY site") == rows(
        one_night, "SELECT site, data FROM site_memory ORDER BY site"
    )


def test_pages_of_a_foreign_archive_are_settled_too(one_night: Path, data: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (foreign,) = (data / "archive").glob("*run000001*")
    crawl(elsewhere, foreign)
    assert outcome(elsewhere) == outcome(one_night)


def test_a_site_of_four_articles_teaches_nothing(one_night: Path) -> None:
    assert rows(one_night, "SELECT articles FROM site_memory WHERE site = 'gazette'") == [(4,)]
    texts = [text for (text,) in rows(one_night, "SELECT text FROM article WHERE site = 'gazette'")]
    assert len(texts) == 4
    assert all(NEWS in text for text in texts)
