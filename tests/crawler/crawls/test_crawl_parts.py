"""Articles on several pages, crawled, cleaned again from the archive, and replayed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from crawling import Store, locate_database, run_scrapy
from servers.paper import Answer, Paper
from servers.real_web.long_reads import FORMS, make_part, part_path, part_texts, publish_long_read
from sqlalchemy import select, update

from storage.database.engine import open_database
from storage.models import Run, StoredArticle, StoredPart

PATHS = {form: f"/2026/11/a-long-read-with-{form}-numbers" for form in FORMS}
GAP = "/2026/11/a-long-read-with-a-missing-page"
FORBIDDEN = "/2026/11/a-long-read-that-robots-may-not-finish"
SERIES = "/2026/11/the-morning-in-brief"
POOR = "/2026/11/a-long-read-whose-last-page-links-nowhere"
VIEW = "/2026/11/a-long-read-with-a-page-for-all"
PAGES = 3


@dataclass
class Night:
    paper: Paper
    data: Path
    store: Store
    log: str

    @property
    def counts(self) -> dict[str, int]:
        engine = open_database(locate_database(self.data), create=False)
        with engine.connect() as connection:
            counts = connection.execute(select(Run.counts).order_by(Run.id)).scalars().first() or {}
        engine.dispose()
        return dict(counts[self.paper.name])


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    data = tmp_path_factory.mktemp("parts") / "data"
    with Paper() as paper:
        for form, path in PATHS.items():
            publish_long_read(paper, path, f"A long read with {form} numbers", form, PAGES)
        publish_long_read(paper, GAP, "A long read with a missing page", "query", 4, without=[3])
        publish_long_read(paper, FORBIDDEN, "A long read that robots may not finish", "number", 2)
        next_day = f'<a rel="next" href="{SERIES}-2.html">Next</a>'
        paper.routes[SERIES] = Answer(make_part("The morning of Monday", part_texts(SERIES, 1)[0], pager=next_day))
        paper.routes[f"{SERIES}-2.html"] = Answer(make_part("The morning of Tuesday", part_texts("other", 1)[0]))
        for number, text in enumerate(part_texts(POOR, PAGES), start=1):
            following = (
                f'<a rel="next" href="{part_path(POOR, "ending", number + 1)}">Next</a>' if number < PAGES else ""
            )
            page = make_part("A long read whose last page links nowhere", text, pager=following)
            paper.routes[part_path(POOR, "ending", number)] = Answer(page)
        publish_long_read(paper, VIEW, "A long read with a page for all", "query", PAGES)
        for_all = (
            f'<div class="pager"><a href="{VIEW}?page=2">2</a> <a href="{VIEW}?page=all">Read on one page</a></div>'
        )
        whole = [paragraph for part in part_texts(VIEW, PAGES) for paragraph in part]
        paper.routes[VIEW] = Answer(make_part("A long read with a page for all", whole[:4], pager=for_all))
        paper.routes[f"{VIEW}?page=all"] = Answer(make_part("A long read with a page for all", whole))
        paper.routes["/robots.txt"] = Answer(
            f"User-agent: *\nDisallow: {FORBIDDEN}/2\nSitemap: {paper.url}/map.xml\n",
            headers={"Content-Type": "text/plain"},
        )
        first_pages = [*PATHS.values(), GAP, FORBIDDEN, SERIES, POOR, VIEW]
        # The later parts are listed too, and before the first pages.
        listed = [part_path(path, form, number) for form, path in PATHS.items() for number in (3, 2)]
        listed += [part_path(POOR, "ending", number) for number in (3, 2)]
        entries = "".join(f"<url><loc>{paper.url}{path}</loc></url>" for path in [*listed, *first_pages])
        paper.routes["/map.xml"] = Answer(
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>',
            headers={"Content-Type": "application/xml"},
        )
        paper.front(GAP, FORBIDDEN, SERIES)
        done = run_scrapy("crawl", "articles", "-a", f"url={paper.url}/", data=data)
        assert done.returncode == 0, done.stderr
        yield Night(paper, data, Store(data), done.stderr)


def paragraphs_in(text: str, path: str, pages: int) -> list[int]:
    """Return how many paragraphs of each page the text has."""
    return [sum(paragraph in text for paragraph in part) for part in part_texts(path, pages)]


@pytest.mark.parametrize("form", FORMS)
def test_the_parts_are_one_article_at_the_address_of_the_first_page(night: Night, form: str) -> None:
    texts = night.store.texts()
    assert paragraphs_in(texts[PATHS[form]], PATHS[form], PAGES) == [4] * PAGES
    assert not {part_path(PATHS[form], form, number) for number in (2, 3)} & set(texts)


@pytest.mark.parametrize("form", FORMS)
def test_a_part_that_a_sitemap_lists_is_asked_for_once(night: Night, form: str) -> None:
    asked = [night.paper.asked.count(part_path(PATHS[form], form, number)) for number in (1, 2, 3)]
    assert asked == [1, 1, 1]


def test_a_part_that_was_stored_before_its_first_page_was_known_is_rejected(night: Night) -> None:
    texts = night.store.texts()
    assert paragraphs_in(texts[POOR], POOR, PAGES) == [4] * PAGES
    assert not {part_path(POOR, "ending", number) for number in (2, 3)} & set(texts)
    assert [night.paper.asked.count(part_path(POOR, "ending", number)) for number in (1, 2, 3)] == [1, 1, 1]


def test_the_page_for_all_is_read_in_place_of_the_parts(night: Night) -> None:
    assert paragraphs_in(night.store.texts()[VIEW], VIEW, PAGES) == [4] * PAGES
    assert f"{VIEW}?page=2" not in night.paper.asked
    assert night.counts["part/whole"] == 1


def test_each_part_has_its_place_in_the_archive(night: Night) -> None:
    engine = open_database(locate_database(night.data), create=False)
    with engine.connect() as connection:
        rows = connection.execute(
            select(StoredPart.__table__).order_by(StoredPart.article_id, StoredPart.position)
        ).all()
    engine.dispose()
    assert sorted(row.position for row in rows) == [1] * 7 + [2] * 5
    assert all((night.data / "archive" / row.archive_file).is_file() for row in rows)
    assert len({(row.archive_file, row.archive_offset) for row in rows}) == len(rows)


def test_a_missing_part_is_counted_and_the_article_stored_with_what_there_is(night: Night) -> None:
    assert paragraphs_in(night.store.texts()[GAP], GAP, 4) == [4, 4, 0, 0]
    assert night.counts["part/failed/http-404"] == 1
    assert night.counts["page/limited/parts"] == 2


def test_robots_txt_holds_for_parts(night: Night) -> None:
    assert f"{FORBIDDEN}/2" not in night.paper.asked
    assert night.counts["part/failed/robots"] == 1
    assert FORBIDDEN in night.store.texts()


def test_the_next_article_is_no_part(night: Night) -> None:
    assert "Tuesday" not in night.store.texts()[SERIES]
    assert night.counts["part/refused/other-headline"] == 1


def test_the_counts_agree_with_the_store(night: Night) -> None:
    counts = night.counts
    assert counts["article/stored"] == len(night.store.texts()) == len(PATHS) + 5
    assert counts["article/rejected/part"] == 10
    assert "address/unexplained" not in counts


def test_recleaning_gives_the_same_texts(night: Night) -> None:
    before = night.store.texts()
    engine = open_database(locate_database(night.data), create=False)
    with engine.begin() as connection:
        connection.execute(update(StoredArticle).values(cleaner_version="0", text="outdated"))
    engine.dispose()
    done = run_scrapy("reclean", "--force", data=night.data)
    assert done.returncode == 0, done.stderr
    assert night.store.texts() == before


def test_a_replay_of_the_archive_joins_the_parts_again(night: Night, tmp_path: Path) -> None:
    before = night.store.texts()
    done = run_scrapy("crawl", "archive", "-a", f"path={night.data / 'archive'}", data=tmp_path / "again")
    assert done.returncode == 0, done.stderr
    again = Store(tmp_path / "again").texts()
    for form in ("query", "number", "folder"):
        assert again[PATHS[form]] == before[PATHS[form]]


def test_explain_shows_the_joined_text(night: Night, tmp_path: Path) -> None:
    url = f"{night.paper.url}{PATHS['query']}"
    done = run_scrapy("explain", url, "--json", "-s", "ALLOWED_NETWORKS=127.0.0.0/8", data=tmp_path / "data")
    assert done.returncode == 0, done.stderr
    assert paragraphs_in(done.stdout, PATHS["query"], PAGES) == [4] * PAGES
