"""Stores with an article what its page tells of the site, and on which part of the site's memory its text depends."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import Connection

from cleaning.errors import MemoryUnreadable
from cleaning.memory.dependency import MemoryDependency, hash_site_rules
from cleaning.memory.site_memory import SiteMemory
from cleaning.records.article import Article
from cleaning.records.given import SiteRules
from cleaning.version import CLEANER_VERSION
from storage.articles import saving
from storage.site_memory.observations import (
    PageDependency,
    PageObservation,
    TextDependency,
    save_memory_dependencies,
    save_observations,
)

logger = logging.getLogger(__name__)


def store_page_observation(
    connection: Connection, site: str, article: Article, fetched_at: datetime, *, is_new: bool = False
) -> None:
    """Store the observation and the memory dependency of a page. `is_new`: it was not stored before."""
    name = saving.make_article_id(article.url)
    dependency = TextDependency(name, article.memory_fingerprint, article.memory_dependency)
    save_memory_dependencies(connection, [dependency], are_first=is_new)
    if article.observation:
        version = _name_version(article.cleaner_version, _read_rules(article.memory_dependency))
        observation = PageObservation(name, site, version, fetched_at, article.observation)
        save_observations(connection, [observation], are_first=is_new)


def name_observation_version(rules: SiteRules | None) -> str:
    """Return the version under which observations are stored: that of the cleaner, and of the site's rules.

    What a page tells of its site depends on both. So a memory is never learnt from pages that were observed by
    different rules.
    """
    return _name_version(CLEANER_VERSION, hash_site_rules(rules or SiteRules()))


def was_cleaned_by_other_rules(page: PageDependency, rules: SiteRules | None) -> bool:
    """Return whether sites.toml had other rules for a page's site when the page was cleaned. No rules: not listed."""
    return rules is not None and page.data is not None and _read_rules(page.data) != hash_site_rules(rules)


def _name_version(cleaner: str, rules: int) -> str:
    return f"{cleaner}+{rules:x}" if rules else cleaner


def _read_rules(dependency: bytes) -> int:
    try:
        return MemoryDependency.from_bytes(dependency).rules if dependency else 0
    except MemoryUnreadable:
        return 0


def compute_memory_fingerprint(page: PageDependency, memory: SiteMemory | None) -> str:
    """Return a fingerprint of what the memory says of a page.

    While it equals the fingerprint that is stored with the page, cleaning the page again gives the same text. Return ""
    if the stored dependency cannot be read; then the page has to be cleaned again.
    """
    try:
        dependency = MemoryDependency.from_bytes(page.data) if page.data else MemoryDependency.from_runs(())
    except MemoryUnreadable as error:
        logger.warning("%s is cleaned again: %s", page.url, error)
        return ""
    return dependency.fingerprint_memory(memory or SiteMemory())


def needs_recleaning(page: PageDependency, memory: SiteMemory) -> bool:
    """Return whether the memory now says something else of the page than when it was cleaned."""
    return page.data is None or compute_memory_fingerprint(page, memory) != page.digest
