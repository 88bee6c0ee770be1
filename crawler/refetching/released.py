"""A release read back: the addresses of its articles, and what their texts can be recognised by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cleaning.canonical import canonical_url
from cleaning.errors import ExportRefused, UnknownSite
from crawler.hosts import bare_host, host_and_port
from crawler.sites import NAME, Site, known_name
from storage.export.facts import ReleasedFile
from storage.export.hashes import line_hashes, text_sha256
from storage.export.inside import opened
from storage.export.reading_back import READABLE
from storage.export.received import read_manifest, release_opened
from storage.export.schema import ARTICLES
from storage.export.verify import verify

# Addresses alone first: what the hashes of a text are need not be worked out again.
_FORMATS = ("urls", *(name for name in READABLE if name != "urls"))


@dataclass(frozen=True, slots=True)
class Released:
    """One article of a release. `url` is in its canonical form, the hashes are those of storage.export.hashes."""

    url: str
    site: str
    text_sha256: str
    line_hashes: tuple[str, ...]


class Release:
    """The release in `folder`, or of it what belongs to one site.

    `ExportRefused` where there is none that this program reads. Its files are read anew each time that it is iterated:
    in memory is one article at a time.
    """

    def __init__(self, folder: Path, site: str | None = None) -> None:
        self._folder = folder
        with release_opened(folder) as place:
            manifest = read_manifest(place)
        if manifest.wrong:
            raise ExportRefused(f"{folder} is no release that can be read: {manifest.wrong[0]}")
        self.id = str(manifest.content["release_id"])
        by_format = [
            [file for file in manifest.files if (file.table, file.format) == (ARTICLES.name, name)] for name in _FORMATS
        ]
        self._files: list[ReleasedFile] = next(filter(None, by_format), [])
        if not self._files:
            raise ExportRefused(
                f"{folder} holds its articles in no format that can be fetched again; there are: {', '.join(_FORMATS)}"
            )
        self._site = site

    def check(self) -> None:
        """`ExportRefused` where the release is not whole, by its manifest; reads all of it."""
        differences = verify(self._folder).differences
        if differences:
            more = f", and {len(differences) - 1} more" if len(differences) > 1 else ""
            raise ExportRefused(f"{self._folder} is not whole: {differences[0]}{more} (scrapy export --verify)")

    def sites(self, listed: Iterable[Site] = ()) -> list[Site]:
        """The sites of the release under their names, those hosts their own on which their articles stand.

        Of a listed site of that name come language and delay. UnknownSite where only one was asked for that there is
        not.
        """
        houses: dict[str, dict[tuple[str, int | None], str]] = {}
        for article in self._articles():
            host, port = host_and_port(article.url)
            houses.setdefault(article.site, {}).setdefault((bare_host(host) or host, port), article.url)
        if self._site is not None:
            self._site = known_name(houses, self._site, where="in the release")
            houses = {self._site: houses[self._site]}
        if not houses:
            raise UnknownSite(f"the release in {self._folder} holds no article")
        known = {site.name: site for site in listed}
        return [_site(name, tuple(own.values()), known) for name, own in houses.items()]

    def __iter__(self) -> Iterator[Released]:
        return (article for article in self._articles() if self._site in (None, article.site))

    def _articles(self) -> Iterator[Released]:
        with release_opened(self._folder) as place:
            for file in self._files:
                try:
                    with opened(place, file.path) as stream:
                        for number, row in enumerate(READABLE[file.format or ""](stream), 1):
                            yield _released(row, f"{file.path} of {self._folder}, row {number}")
                except (OSError, ValueError) as error:
                    raise ExportRefused(f"{file.path} of {self._folder} cannot be read: {error}") from error


def _site(name: str, addresses: tuple[str, ...], listed: Mapping[str, Site]) -> Site:
    first, *others = addresses
    known = listed.get(name)
    language, delay = (known.language, known.delay) if known else (None, None)
    return Site(name, first, language=language, delay=delay, houses=tuple(others))


def _released(row: Mapping[str, Any], where: str) -> Released:
    url, site = row.get("url"), row.get("site")
    address = canonical_url(url) if isinstance(url, str) else None
    if address is None or not isinstance(site, str) or not NAME.fullmatch(site):
        raise ExportRefused(f"{where}: no article with the address of a page and the name of its site")
    if isinstance(text := row.get("text"), str):
        return Released(address, site, text_sha256(text), tuple(line_hashes(text)))
    digest, lines = row.get("sha256"), row.get("lines")
    if not isinstance(digest, str) or not isinstance(lines, list):
        raise ExportRefused(f"{where}: neither a text nor the hashes of one")
    return Released(address, site, digest, tuple(map(str, lines)))
