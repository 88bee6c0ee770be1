"""Under which licence a page says that it may be used, and whether it may be read without paying."""

from __future__ import annotations

import re

from cleaning.addresses import absolute, host
from cleaning.linked_data import addresses, strings
from cleaning.structured import Said, Structured

NAMES = ("dcterms.license", "dc.rights.license", "dc.license", "license", "cc:license")
RIGHTS = ("dc.rights", "dcterms.rights", "copyright", "rights")  # who owns it, and sometimes a licence
COMMONS = re.compile(r"https?://(?:www\.)?creativecommons\.org/(?:licenses|publicdomain)/[\w./-]{1,60}")
LONGEST = 200


def licence(structured: Structured, url: str) -> Said | None:
    """The licence's address where the page gives one, else its words."""
    stated = [
        Said(text, "JSON-LD license")
        for item in structured.articles
        for text in addresses(item.get("license")) or strings(item.get("license"))
    ]
    if structured.licence:
        stated.append(Said(structured.licence, "<link rel=license>"))
    stated += structured.every(*NAMES)
    stated += [Said(link, "<a rel=license>") for link in structured.licences]
    for said in stated:
        if text := _addressed(said, url):
            return Said(text, said.source)
    for said in structured.every(*RIGHTS):
        if match := COMMONS.search(said.text):
            return Said(match[0], said.source)
    return None


def free(structured: Structured) -> tuple[bool, str] | None:
    """Whether the page says that everybody may read it, and where it says so; None where it says nothing."""
    for item in structured.articles:
        value = item.get("isAccessibleForFree")
        if isinstance(value, str) and value.strip().lower() in ("true", "false"):
            value = value.strip().lower() == "true"
        if isinstance(value, bool):
            return value, "JSON-LD isAccessibleForFree"
    return None


def _addressed(said: Said, url: str) -> str | None:
    text = said.text.strip()
    if not text or len(text) > LONGEST:
        return None
    if said.source in ("<link rel=license>", "<a rel=license>") or "/" in text:
        address = absolute(url, text)
        return address if host(address) else None
    return text
