"""Find the licence that a page states for its use, and whether it may be read without paying."""

from __future__ import annotations

import re

from cleaning.metadata.linked_data import read_addresses, read_strings
from cleaning.metadata.structured import Statement, StructuredData
from cleaning.page.addresses import get_host, resolve_link

NAMES = ("dcterms.license", "dc.rights.license", "dc.license", "license", "cc:license")
RIGHTS = ("dc.rights", "dcterms.rights", "copyright", "rights")  # names of the owner, sometimes of a licence
COMMONS = re.compile(r"https?://(?:www\.)?creativecommons\.org/(?:licenses|publicdomain)/[\w./-]{1,60}")
MAX_CHARACTERS = 200  # of a licence


def find_licence(structured: StructuredData, url: str) -> Statement | None:
    """Return the licence's address where the page gives one, else its words; None where no licence is stated."""
    stated = [
        Statement(text, "JSON-LD license")
        for item in structured.articles
        for text in read_addresses(item.get("license")) or read_strings(item.get("license"))
    ]
    if structured.licence:
        stated.append(Statement(structured.licence, "<link rel=license>"))
    stated += structured.find_statements(*NAMES)
    stated += [Statement(link, "<a rel=license>") for link in structured.licences]
    for statement in stated:
        if text := _resolve_licence(statement, url):
            return Statement(text, statement.source)
    for statement in structured.find_statements(*RIGHTS):
        if match := COMMONS.search(statement.text):
            return Statement(match[0], statement.source)
    return None


def find_free_access(structured: StructuredData) -> tuple[bool, str] | None:
    """Return whether the page states that it may be read without paying, and where; None where it states nothing."""
    for item in structured.articles:
        value = item.get("isAccessibleForFree")
        if isinstance(value, str) and value.strip().lower() in ("true", "false"):
            value = value.strip().lower() == "true"
        if isinstance(value, bool):
            return value, "JSON-LD isAccessibleForFree"
    return None


def _resolve_licence(statement: Statement, url: str) -> str | None:
    text = statement.text.strip()
    if not text or len(text) > MAX_CHARACTERS:
        return None
    if statement.source in ("<link rel=license>", "<a rel=license>") or "/" in text:
        address = resolve_link(url, text)
        return address if get_host(address) else None
    return text
