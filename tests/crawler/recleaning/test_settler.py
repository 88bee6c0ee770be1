"""After a run, the texts depend only on the pages and the settled memories, not on the order of the pages."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from crawling import run_scrapy
from small_paper import SmallPaper

from storage.archive.write import Archive, Exchange
from storage.database.words import fold_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cleaning.records.given import Page

FIRST_NIGHT = datetime(2024, 6, 1, 2, tzinfo=UTC)
NEWS = "Every morning at six: what the Lantern knows, in your letter box, and none of it twice. Write to us to have it."
LANTERN, MORGEN, GAZETTE = SmallPaper(), SmallPaper("morgenblatt", "de"), SmallPaper("gazette")
STORIES = 12  # of the lantern
WRITER = "Ada Fennimore has written about the water for eleven years, and still cannot swim."


def papers() -> list[Page]:
    """Return the pages of three newspapers.

    The first has a repeated line within its texts and a writer's line below half of them, the second links to its next
    story, the third has only four articles.
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
    """Write the archive of a night on which these pages were fetched; return its file."""
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
                # The time depends on the page only, not on the night.
                fetched_at=FIRST_NIGHT + timedelta(hours=int(page.url.rsplit("/", 1)[1])),
                site=site,
            )
        )
    kept.close()
    (path,) = set(folder.glob("*")) - before
    return path


def crawl(data: Path, path: Path, *options: str, processes: int = 1) -> None:
    settings = ("-s", f"CLEANING_PROCESSES={processes}", *options)
    done = run_scrapy("crawl", "archive", "-a", f"path={path}", *settings, data=data)
    assert done.returncode == 0, done.stderr


def rows(data: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(data / "broadsheet.db")) as database:
        return database.execute(query).fetchall()


def outcome(data: Path) -> list[tuple[Any, ...]]:
    return rows(data, "SELECT url, title, text, rejected, duplicate_of FROM article ORDER BY url") + rows(
        data, "SELECT site, digest FROM site_memory ORDER BY site"
    )


@pytest.fixture(scope="module")
def one_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder: all pages crawled in one night, in order, by one process."""
    data = tmp_path_factory.mktemp("one-night")
    crawl(data, archive(data, papers(), 1))
    return data


@pytest.fixture
def data(one_night: Path, tmp_path: Path) -> Path:
    """A copy of that night's data folder."""
    return Path(shutil.copytree(one_night, tmp_path / "data"))


def test_repeated_blocks_are_cut_after_the_night(one_night: Path) -> None:
    texts = [text for (text,) in rows(one_night, "SELECT text FROM article WHERE site = 'lantern'")]
    assert len(texts) == STORIES
    assert not any(NEWS in text or WRITER in text for text in texts)
    cut = rows(one_night, f"SELECT count(*) FROM block WHERE rule = 'repeated_block' AND text = '{NEWS}'")
    assert cut == [(STORIES,)]
    headlines = {MORGEN.story(number).headline for number in range(1, 9)}
    morgen = [text for (text,) in rows(one_night, "SELECT text FROM article WHERE site = 'morgenblatt'")]
    assert not any(headline in text for text in morgen for headline in headlines)


def test_every_story_is_complete(one_night: Path) -> None:
    stored = dict(rows(one_night, "SELECT url, text FROM article WHERE site = 'lantern'"))
    for number in range(STORIES):
        assert stored[LANTERN.url(number)] == LANTERN.story(number).text


def test_any_order_three_nights_and_four_processes_give_the_same_texts(one_night: Path, tmp_path: Path) -> None:
    pages = papers()
    random.Random(1).shuffle(pages)
    for night, some in enumerate((pages[:5], pages[5:13], pages[13:]), 1):
        crawl(tmp_path, archive(tmp_path, some, night), processes=4)
    assert outcome(tmp_path) == outcome(one_night)


def test_settled_articles_are_left_alone(data: Path) -> None:
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


def test_the_next_run_finishes_an_interrupted_settling(one_night: Path, data: Path) -> None:
    """The next run fetches one page of each site."""
    with sqlite3.connect(data / "broadsheet.db") as database:
        database.create_function("search_words", 1, fold_words)  # the triggers of articles call it
        # As after a kill: the memory is stored, but half of the articles were cleaned before.
        half = "SELECT id FROM article WHERE site <> 'gazette' AND id < '8'"
        database.execute(f"UPDATE trace SET digest = 'unknown' WHERE article_id IN ({half})")
        database.execute(f"UPDATE article SET text = text || '\nand a line of boilerplate' WHERE id IN ({half})")
    assert outcome(data) != outcome(one_night)
    crawl(data, archive(data, [papers()[0], papers()[STORIES]], 2))
    assert outcome(data) == outcome(one_night)


def test_a_damaged_memory_is_learnt_again(one_night: Path, data: Path) -> None:
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


def test_pages_of_another_archive_are_settled_too(one_night: Path, data: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (foreign,) = (data / "archive").glob("*run000001*")
    crawl(elsewhere, foreign)
    assert outcome(elsewhere) == outcome(one_night)


def test_nothing_is_learnt_from_four_articles(one_night: Path) -> None:
    assert rows(one_night, "SELECT articles FROM site_memory WHERE site = 'gazette'") == [(4,)]
    texts = [text for (text,) in rows(one_night, "SELECT text FROM article WHERE site = 'gazette'")]
    assert len(texts) == 4
    assert all(NEWS in text for text in texts)


def count(data: Path, stat: str) -> int:
    ((counts,),) = rows(data, "SELECT counts FROM run ORDER BY id DESC LIMIT 1")
    return sum(site.get(stat, 0) for site in json.loads(counts).values())


def stored(data: Path) -> list[list[tuple[Any, ...]]]:
    blocks = "SELECT article_id, position, kind, text, links, path, rule, evidence, layout, entry FROM block"
    return [
        outcome(data),
        rows(data, f"{blocks} ORDER BY 1, 2"),
        rows(data, "SELECT * FROM trace ORDER BY 1"),
        rows(data, "SELECT * FROM observation ORDER BY 1"),
        rows(data, "SELECT * FROM site_block ORDER BY 1, 2"),
    ]


def test_the_store_is_the_same_with_what_cleaning_saw_and_from_the_archive_alone(
    one_night: Path, tmp_path: Path
) -> None:
    crawl(tmp_path, archive(tmp_path, papers(), 1), "-s", "READINGS_MAXSIZE=0")
    assert count(tmp_path, "settle/from-archive") == count(tmp_path, "settle/cleaned") == STORIES + 8
    assert count(one_night, "settle/from-archive") < count(one_night, "settle/cleaned") == STORIES + 8
    assert count(one_night, "reading/kept") == STORIES + 8 + 4
    assert stored(tmp_path) == stored(one_night)


def test_a_second_night_is_the_same_with_and_without_what_cleaning_saw(tmp_path: Path) -> None:
    pages = papers()
    nights = (pages[:9] + pages[12:18], pages[9:12] + pages[16:])
    ways = {"kept": (), "archive": ("-s", "READINGS_MAXSIZE=0", "-s", "SITE_READINGS_MAXSIZE=0"), "torn": ()}
    for folder, options in ways.items():
        for night, some in enumerate(nights, 1):
            crawl(tmp_path / folder, archive(tmp_path / folder, some, night), *options)
            for file in (tmp_path / folder / "readings").glob("*") if folder == "torn" else ():
                with file.open("r+b") as torn:
                    torn.truncate(file.stat().st_size // 2)
    assert stored(tmp_path / "kept") == stored(tmp_path / "archive") == stored(tmp_path / "torn")
    kept, torn, without = (count(tmp_path / folder, "settle/from-archive") for folder in ("kept", "torn", "archive"))
    assert kept < torn < without == count(tmp_path / "archive", "settle/cleaned")
