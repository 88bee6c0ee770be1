"""The store of the demo newspapers, crawled as `make crawl` does, with an earlier version of one article."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from crawling import run_scrapy

from crawler.demo.server import DemoServer
from storage import open_store
from storage.articles.saving import save_article
from storage.database.engine import make_database_url, open_database, open_for_reading
from storage.reading.stored_page import read_stored_page


def crawl_demo(data: Path) -> None:
    """Crawl the demo newspapers into the data folder, on any free ports. Afterwards they are offline."""
    sites = data.with_name("sites.toml")
    with DemoServer((0, 0, 0, 0)) as papers:
        sites.write_text(papers.format_sites_toml())
        done = run_scrapy("crawl", "articles", "-s", f"SITES_FILE={sites}", data=data)
    assert done.returncode == 0, done.stderr


def add_earlier_version(data: Path) -> None:
    """Store a fetch of an article from the day before, when its paper had not corrected it yet."""
    with open_store(data) as store:
        article_id = next(store.articles(where="startswith(title, 'Swing bridge')")).id
    engine = open_database(make_database_url(data, None))
    with open_for_reading(engine) as connection:
        page = read_stored_page(connection, article_id)
    *blocks, last = (block for block in page.article.blocks if block.is_kept)
    corrected = last.text[last.text.index("The trust corrected") :]
    uncorrected = replace(last, text=last.text.replace(corrected, "The bridge will reopen on 20 October."))
    earlier = replace(
        page.article,
        title="Swing bridge to close for five weeks while its bearings are replaced",
        blocks=(*blocks, uncorrected),
    )
    assert page.run is not None
    day_before = page.record.fetched_at - timedelta(days=1)
    with engine.begin() as connection:
        site, run = page.record.site, page.run.id
        save_article(connection, earlier, site=site, run=run, fetched_at=day_before, location=page.location)
    engine.dispose()
