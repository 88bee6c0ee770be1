"""Find the site of a page, and what is known of it: its entry in sites.toml, and its memory in the store."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from scrapy.settings import BaseSettings
from sqlalchemy.exc import DBAPIError

from cleaning.errors import DatabaseMissing, MemoryUnreadable, StoreOutdated
from cleaning.memory.site_memory import MIN_ARTICLES, load_site_memory
from cleaning.records.given import Page
from crawler.run.spider_sites import load_listed_sites
from crawler.sites.owners import SiteOwners
from crawler.sites.site import Site, make_site, match_name
from crawler.terminal.numbers import count_things
from storage.database.engine import make_database_url, open_for_reading, open_read_only
from storage.database.faults import describe_error
from storage.site_memory.memories import load_memories


@dataclass(frozen=True, slots=True)
class SiteContext:
    """The site of a page. `memory` is that of the site, as bytes; None where none is used. `note` says which, or why.

    A site that sites.toml does not list is named after the host, as by -a url=.
    """

    site: Site
    memory: bytes | None
    note: str

    def apply_to(self, page: Page) -> Page:
        """Return the page with the language and the rules of this site, whichever site it was read for."""
        site = self.site
        parts = tuple(replace(part, language=site.language, rules=site.rules) for part in page.parts)
        return replace(page, language=site.language, rules=site.rules, parts=parts)


class SiteContexts:
    """Finds the sites of pages, with the settings SITES_FILE, DATA_DIR and DATABASE_URL. Nothing is written.

    With `name` every page counts as one of this site; UnknownSite where neither sites.toml nor the store knows it.
    Without `use_memory` pages are cleaned without.
    """

    def __init__(self, settings: BaseSettings, *, name: str | None = None, use_memory: bool = True) -> None:
        self._sites = load_listed_sites(settings)
        self._owners = SiteOwners(self._sites)
        self._use_memory = use_memory
        self._memories: dict[str, tuple[int, bytes]] = {}  # by site: articles that it was learnt from, and the memory
        self._problem = ""
        if use_memory or name is not None:
            self._load_memories(settings)
        listed = {site.name: site for site in self._sites}
        self._name = match_name({*listed, *self._memories}, name, where="here") if name is not None else None

    def find(self, url: str, *, archived_site: str | None = None) -> SiteContext:
        """Return the context of the page at `url`. Raise BadAddress if it is no http(s) address.

        `archived_site` is the name of the site for which the crawl archived the page.
        """
        site = self._find_site(url, self._name or archived_site)
        return SiteContext(site, *self._choose_memory(site.name))

    def _find_site(self, url: str, name: str | None) -> Site:
        own = make_site(url)
        if name is None:
            return self._owners.find_by_address(own.url) or own
        listed = next((site for site in self._sites if site.name == name), None)
        return listed or replace(own, name=name)

    def _choose_memory(self, site: str) -> tuple[bytes | None, str]:
        if not self._use_memory:
            return None, "not used, as --no-memory asks"
        if self._problem:
            return None, f"none: {self._problem}"
        if site not in self._memories:
            return None, f"none: the store has no memory of the site “{site}”"
        articles, data = self._memories[site]
        if articles < MIN_ARTICLES:
            known = count_things(articles, f"article of the site “{site}” is", f"articles of the site “{site}” are")
            return None, f"none: only {known} known, it takes {MIN_ARTICLES}"
        try:
            load_site_memory(data)
        except MemoryUnreadable as error:
            return None, f"none: {error}"
        return (
            data,
            f"that of the site “{site}”, learnt from {count_things(articles, 'article')} (scrapy sites show {site})",
        )

    def _load_memories(self, settings: BaseSettings) -> None:
        folder = Path(settings["DATA_DIR"])
        url = make_database_url(folder, settings["DATABASE_URL"])
        if not settings["DATABASE_URL"] and not Path(url.database or "").exists():
            self._problem = f"there is no store in {folder}"
            return
        try:
            engine = open_read_only(url)
        except (DatabaseMissing, StoreOutdated) as error:
            self._problem = str(error)
            return
        try:
            with open_for_reading(engine) as connection:
                self._memories = {one.site: (one.articles, one.data) for one in load_memories(connection)}
        except DBAPIError as error:
            self._problem = f"the store cannot be read: {describe_error(error)}"
        finally:
            engine.dispose()
