"""Read a release back: the addresses of its articles, and the hashes of their texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cleaning.errors import ExportRefused, UnknownSite
from cleaning.page.canonical import to_canonical_url
from crawler.sites.host_names import get_bare_host, split_host_and_port
from crawler.sites.site import Site, match_name
from crawler.sites.site_entry import SITE_NAME
from storage.export.checking.read_back import RECORD_READERS
from storage.export.checking.read_manifest import open_release, read_manifest
from storage.export.checking.safe_open import open_safely
from storage.export.checking.verify import check_release
from storage.export.released_file import ReleasedFile
from storage.export.schema import ARTICLES
from storage.export.text_hashes import hash_lines, hash_text

# "urls" first: it contains the hashes of the texts, which need not be computed again.
_FORMATS = ("urls", *(name for name in RECORD_READERS if name != "urls"))


@dataclass(frozen=True, slots=True)
class ReleasedArticle:
    """One article of a release. `url` is canonical; the hashes are those of storage.export.text_hashes."""

    url: str
    site: str
    text_sha256: str
    line_hashes: tuple[str, ...]


class ReleaseReader:
    """Iterates over the articles of the release in `folder`, or over those of one site.

    Raises ExportRefused if there is no readable release. Each iteration reads the files again and keeps one article at
    a time in memory.
    """

    def __init__(self, folder: Path, site: str | None = None) -> None:
        self._folder = folder
        with open_release(folder) as place:
            manifest = read_manifest(place)
        if manifest.faults:
            raise ExportRefused(f"{folder} is not a readable release: {manifest.faults[0]}")
        self.id = str(manifest.content["release_id"])
        by_format = [
            [file for file in manifest.files if (file.table, file.format) == (ARTICLES.name, name)] for name in _FORMATS
        ]
        self._files: list[ReleasedFile] = next(filter(None, by_format), [])
        if not self._files:
            raise ExportRefused(
                f"{folder} has its articles in no format that can be fetched again; choose from: {', '.join(_FORMATS)}"
            )
        self._site = site

    def check(self) -> None:
        """Verify all files by the manifest. Raise ExportRefused if the release is incomplete or altered."""
        differences = check_release(self._folder).differences
        if differences:
            more = f", and {len(differences) - 1} more" if len(differences) > 1 else ""
            raise ExportRefused(
                f"{self._folder} fails its verification: {differences[0]}{more} (scrapy export --verify)"
            )

    def make_sites(self, listed: Iterable[Site] = ()) -> list[Site]:
        """Return the sites of the release. The hosts of a site are those of its articles.

        Language, delay and rules come from the site of that name in `listed`. Raise UnknownSite if the release has no
        article of the requested site.
        """
        hosts: dict[str, dict[tuple[str, int | None], str]] = {}
        for article in self._iter_articles():
            host, port = split_host_and_port(article.url)
            hosts.setdefault(article.site, {}).setdefault((get_bare_host(host) or host, port), article.url)
        if self._site is not None:
            self._site = match_name(hosts, self._site, where="in the release")
            hosts = {self._site: hosts[self._site]}
        if not hosts:
            raise UnknownSite(f"the release in {self._folder} has no articles")
        known = {site.name: site for site in listed}
        return [_make_release_site(name, tuple(urls.values()), known) for name, urls in hosts.items()]

    def __iter__(self) -> Iterator[ReleasedArticle]:
        return (article for article in self._iter_articles() if self._site in (None, article.site))

    def _iter_articles(self) -> Iterator[ReleasedArticle]:
        with open_release(self._folder) as place:
            for file in self._files:
                try:
                    with open_safely(place, file.path) as stream:
                        for number, row in enumerate(RECORD_READERS[file.format or ""](stream), 1):
                            yield _parse_row(row, f"{file.path} of {self._folder}, row {number}")
                except (OSError, ValueError) as error:
                    raise ExportRefused(f"{file.path} of {self._folder} cannot be read: {error}") from error


def _make_release_site(name: str, addresses: tuple[str, ...], listed: Mapping[str, Site]) -> Site:
    first, *others = addresses
    known = listed.get(name) or Site(name, first)
    return Site(name, first, language=known.language, delay=known.delay, other_hosts=tuple(others), rules=known.rules)


def _parse_row(row: Mapping[str, Any], where: str) -> ReleasedArticle:
    url, site = row.get("url"), row.get("site")
    address = to_canonical_url(url) if isinstance(url, str) else None
    if address is None or not isinstance(site, str) or not SITE_NAME.fullmatch(site):
        raise ExportRefused(f"{where}: not an article with the address of its page and the name of its site")
    if isinstance(text := row.get("text"), str):
        return ReleasedArticle(address, site, hash_text(text), tuple(hash_lines(text)))
    digest, lines = row.get("sha256"), row.get("lines")
    if not isinstance(digest, str) or not isinstance(lines, list):
        raise ExportRefused(f"{where}: neither a text nor its hashes")
    return ReleasedArticle(address, site, digest, tuple(map(str, lines)))
