"""The site of a page that `scrapy explain` is asked about: its entry in sites.toml, and its memory in the store."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from scrapy.settings import Settings
from small_paper import SmallPaper, learn_memory_of

from cleaning.errors import SitesError, UnknownSite
from cleaning.memory.site_memory import SiteMemory
from cleaning.records.given import Page, SiteRules
from cleaning.version import CLEANER_VERSION
from crawler.explain.site_context import SiteContexts
from storage.database.engine import make_database_url, open_database
from storage.site_memory.memories import save_memory

SITES = """
[[site]]
name = "house"
url = "https://paper.example/"
language = "en"

[[site]]
name = "greek"
url = "https://paper.example/el/"
language = "el"
text = "div.story"
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "sites.toml").write_text(SITES)
    return Settings({"SITES_FILE": str(tmp_path / "sites.toml"), "DATA_DIR": str(tmp_path / "data")})


def store_memory(settings: Settings, site: str, memory: SiteMemory) -> None:
    data = Path(settings["DATA_DIR"])
    data.mkdir(exist_ok=True)
    engine = open_database(make_database_url(data, None))
    with engine.begin() as connection:
        save_memory(connection, site, memory.digest, CLEANER_VERSION, memory.articles, memory.to_bytes(), ())
    engine.dispose()


def test_a_page_belongs_to_the_site_that_names_the_most_of_its_address(settings: Settings) -> None:
    contexts = SiteContexts(settings)
    page = contexts.find("https://paper.example/el/a").apply_to(Page("https://paper.example/el/a", ""))
    assert (page.language, page.rules) == ("el", SiteRules(text="div.story"))
    assert contexts.find("https://paper.example/b").site.name == "house"
    assert contexts.find("https://elsewhere.example/b").site.name == "elsewhere.example"


def test_a_name_goes_before_the_address_and_before_the_archive(settings: Settings) -> None:
    store_memory(settings, "own", SiteMemory(articles=1))
    url = "https://elsewhere.example/b"
    assert SiteContexts(settings).find(url, archived_site="greek").site.rules.text == "div.story"
    named = SiteContexts(settings, name="House").find(url, archived_site="greek")
    assert (named.site.name, named.site.language) == ("house", "en")
    assert SiteContexts(settings, name="own").find(url).site.name == "own"  # the store alone knows it
    with pytest.raises(UnknownSite, match="choose from: greek"):
        SiteContexts(settings, name="greeek")


def test_the_memory_of_the_store_is_used_and_named(settings: Settings) -> None:
    memory = learn_memory_of([SmallPaper().page(number) for number in range(6)])
    store_memory(settings, "greek", memory)
    store_memory(settings, "house", SiteMemory(articles=2))
    contexts = SiteContexts(settings)
    used = contexts.find("https://paper.example/el/a")
    assert used.memory == memory.to_bytes()
    assert used.note == "that of the site “greek”, learnt from 6 articles (scrapy sites show greek)"
    too_few = contexts.find("https://paper.example/a")
    assert too_few.memory is None
    assert too_few.note == "none: only 2 articles of the site “house” are known, it takes 5"
    other = contexts.find("https://elsewhere.example/a")
    assert (other.memory, other.note) == (None, "none: the store has no memory of the site “elsewhere.example”")
    unused = SiteContexts(settings, use_memory=False).find("https://paper.example/el/a")
    assert (unused.memory, unused.note) == (None, "not used, as --no-memory asks")


def test_without_a_store_there_is_no_memory_and_none_is_made(settings: Settings) -> None:
    context = SiteContexts(settings).find("https://paper.example/a")
    assert context.memory is None
    assert context.note == f"none: there is no store in {settings['DATA_DIR']}"
    assert not Path(settings["DATA_DIR"]).exists()


def test_a_store_that_cannot_be_read_is_told_and_the_page_cleaned_without(settings: Settings) -> None:
    store_memory(settings, "house", SiteMemory(articles=7))
    database = Path(settings["DATA_DIR"], "broadsheet.db")
    with sqlite3.connect(database) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'site_memory'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with database.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    context = SiteContexts(settings).find("https://paper.example/a")
    assert context.memory is None
    assert context.note.startswith("none: the store cannot be read: database disk image is malformed")
    database.write_bytes(b"no database")
    assert SiteContexts(settings).find("https://paper.example/a").note.startswith("none: cannot open the database")


def test_a_mistake_in_sites_toml_is_told(settings: Settings) -> None:
    Path(settings["SITES_FILE"]).write_text("[[site]]\n")
    with pytest.raises(SitesError, match="has no 'name'"):
        SiteContexts(settings)
