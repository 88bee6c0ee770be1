"""Tells an edition or a section from the front page of a whole host, by the address."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cleaning.metadata.language.codes import parse_tag
from crawler.sites.host_names import get_bare_host, split_host_and_port

if TYPE_CHECKING:
    from collections.abc import Iterable


def get_edition_folder(url: str) -> str:
    """Return the folder that the front page `url` is of, without a slash at its end; "" for that of the whole host."""
    folder, _, last = urlsplit(url).path.rpartition("/")
    return folder if "." in last or not last else f"{folder}/{last}"


def is_same_front_page(url: str, other: str) -> bool:
    """Return whether two addresses are of one edition: the same host, with or without "www.", and the same folder."""
    (host, port), (other_host, other_port) = split_host_and_port(url), split_host_and_port(other)
    hosts = [get_bare_host(one) or one for one in (host, other_host)]
    return hosts[0] == hosts[1] and port == other_port and get_edition_folder(url) == get_edition_folder(other)


def find_language_folders(sections: Iterable[str]) -> list[tuple[str, str]]:
    """Return (language, address) of the sections whose whole path is the code of a language: /fr/, /pt-br/."""
    found = []
    for url in sections:
        folder = get_edition_folder(url).strip("/")
        if 2 <= len(folder.partition("-")[0]) <= 3 and "/" not in folder and len(folder) in (2, 5):
            code = parse_tag(folder)
            if code is not None:
                found.append((folder.lower(), url))
    return found
