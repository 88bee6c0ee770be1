"""Read the authors that a page states in JSON-LD."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cleaning.metadata.authors.names import read_byline
from cleaning.metadata.linked_data import MAX_OBJECTS, read_strings, read_types

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cleaning.metadata.structured import StructuredData

ORGANISATIONS = ("organization", "corporation", "website", "brand", "newspaper", "periodical", "project")
NAME_PARTS = ("givenName", "additionalName", "familyName")
KEYS = ("author", "creator")
MAX_DEPTH = 6


class Claim(NamedTuple):
    """Persons and sources that one place of the page names, and where that is, in a reader's words."""

    persons: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    place: str = ""
    is_near: bool = False  # to the headline, where a reader sees it


def read_linked(structured: StructuredData, own_names: frozenset[str]) -> Claim:
    """Return the authors of the first JSON-LD article that has some, else of the page itself."""
    pages = [item for item in structured.objects if any(kind.endswith("Page") for kind in read_types(item))]
    fallback = Claim()
    for item in (*structured.articles, *pages):
        for key in KEYS:
            persons: dict[str, None] = {}
            sources: dict[str, None] = {}
            for name, is_person in _list_names(item.get(key), structured, 0):
                found = read_byline(name, own_names=own_names)
                if not is_person:
                    sources.update(dict.fromkeys((*found.sources, *found.persons) or (name,)))
                    continue
                persons.update(dict.fromkeys(found.persons))
                sources.update(dict.fromkeys(found.sources))
            claim = Claim(tuple(persons), tuple(sources), f"JSON-LD {key}")
            if persons:
                return claim
            fallback = fallback if fallback.sources else claim
    return fallback


def _list_names(value: Any, structured: StructuredData, depth: int) -> Iterator[tuple[str, bool]]:
    """Yield the names in the value of an author, each with whether it is not said to be that of an organisation."""
    if depth > MAX_DEPTH:
        return
    if isinstance(value, dict) and "@list" in value:
        value = value["@list"]
    if isinstance(value, list):
        for one in value[:MAX_OBJECTS]:
            yield from _list_names(one, structured, depth + 1)
        return
    names = _read_names(value) if isinstance(value, dict) else read_strings(value)[:1]
    identifier = value.get("@id") if isinstance(value, dict) and not names else value
    item = structured.objects_by_id.get(identifier) if isinstance(identifier, str) else None
    if item is not None and item is not value:
        yield from _list_names(item, structured, depth + 1)
        return
    kinds = read_types(value) if isinstance(value, dict) else []
    is_person = not any(kind.lower().endswith(ORGANISATIONS) for kind in kinds)
    for name in names:
        yield name, is_person


def _read_names(item: dict[str, Any]) -> list[str]:
    name = item.get("name")
    if isinstance(name, dict):
        name = name.get("name") or name.get("@value")
    names = read_strings(name)
    if not names:
        parts = " ".join(text for key in NAME_PARTS for text in read_strings(item.get(key))[:1])
        names = [parts] if parts else read_strings(item.get("alternateName"))[:1]
    return names
