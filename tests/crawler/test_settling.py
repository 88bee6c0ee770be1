"""After a run the texts are what the pages and their sites' settled memory say, in whatever order the pages came."""

from __future__ import annotations

import random
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
WRITER = "Ada Fennimore has written about the water for eleven years, and still cannot swim."


def papers() -> list[Page]:
    """The pages of two papers, one with a line in the midst of its texts and its writers under some of them."""
    lantern, morgen = SmallPaper(), SmallPaper("morgenblatt", "de")
    pages = [
        lantern.page(number, middle=f"<p>{NEWS}</p>", end=f"<p>{WRITER}</p>" if number % 3 == 0 else "")
        for number in range(16)
    ]
    pages += [
        morgen.page(number, below=f"<p><a href='{morgen.url(number + 1)}'>{morgen.story(number + 1).headline}</a></p>")
        for number in range(12)
    ]
    return pages


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


def test_what_a_site_repeats_is_cut_once_the_night_is_over(one_night: Path) -> None:
    texts = [text for (text,) in rows(one_night, "SELECT text FROM article WHERE site = 'lantern'")]
    assert len(texts) == 16
    assert not any(NEWS in text or WRITER in text for text in texts)
    cut = rows(one_night, f"SELECT count(*) FROM block WHERE rule = 'repeated_block' AND text = '{NEWS}'")
    assert cut == [(16,)]
    headlines = {SmallPaper("morgenblatt", "de").story(number).headline for number in range(1, 13)}
    morgen = [text for (text,) in rows(one_night, "SELECT text FROM article WHERE site = 'morgenblatt'")]
    assert not any(headline in text for text in morgen for headline in headlines)


def test_every_story_is_whole(one_night: Path) -> None:
    lantern = SmallPaper()
    stored = dict(rows(one_night, "SELECT url, text FROM article WHERE site = 'lantern'"))
    for number in range(16):
        assert stored[lantern.url(number)] == lantern.story(number).text


@pytest.mark.parametrize("seed", [1, 2])
def test_any_order_three_nights_and_four_processes_end_in_the_same_texts(
    one_night: Path, tmp_path: Path, seed: int
) -> None:
    pages = papers()
    random.Random(seed).shuffle(pages)
    for night, some in enumerate((pages[:6], pages[6:17], pages[17:]), 1):
        crawl(tmp_path, archive(tmp_path, some, night), processes=4 if seed == 1 else 2)
    assert outcome(tmp_path) == outcome(one_night)


def test_what_is_settled_is_left_alone(one_night: Path) -> None:
    before = rows(one_night, "SELECT * FROM article ORDER BY id"), rows(one_night, "SELECT * FROM block ORDER BY 1, 2")
    nothing = archive(one_night, [SmallPaper("gazette").page(1)], 2)
    crawl(one_night, nothing)
    after = (
        rows(one_night, "SELECT * FROM article WHERE site <> 'gazette' ORDER BY id"),
        rows(
            one_night,
            "SELECT block.* FROM block JOIN article ON article.id = article_id WHERE site <> 'gazette' ORDER BY 1, 2",
        ),
    )
    assert after == before


def test_a_settling_that_was_cut_short_is_finished_by_the_next_run(one_night: Path, tmp_path: Path) -> None:
    path = archive(tmp_path, papers(), 1)
    crawl(tmp_path, path)
    with sqlite3.connect(tmp_path / "broadsheet.db") as database:
        # As a kill leaves it: the memory is stored, and half of the articles were cleaned before there was one.
        database.execute("UPDATE trace SET digest = 'unknown' WHERE article_id < '8'")
        database.execute("UPDATE article SET text = text || '\nand a line of chaff' WHERE id < '8'")
    one_more = SmallPaper().page(0, middle=f"<p>{NEWS}</p>", end=f"<p>{WRITER}</p>")
    crawl(tmp_path, archive(tmp_path, [one_more], 2))
    crawl(tmp_path, archive(tmp_path, [SmallPaper("morgenblatt", "de").page(11)], 3))
    texts = dict(rows(tmp_path, "SELECT url, text FROM article WHERE site = 'lantern'"))
    assert texts == dict(rows(one_night, "SELECT url, text FROM article WHERE site = 'lantern'"))


def test_a_site_of_four_articles_teaches_nothing(tmp_path: Path) -> None:
    pages = [SmallPaper().page(number, middle=f"<p>{NEWS}</p>") for number in range(4)]
    crawl(tmp_path, archive(tmp_path, pages, 1))
    assert rows(tmp_path, "SELECT articles FROM site_memory") == [(4,)]
    assert all(NEWS in text for (text,) in rows(tmp_path, "SELECT text FROM article"))
