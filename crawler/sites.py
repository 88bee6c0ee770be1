"""sites.toml -> Site: which sites are crawled, and what belongs to each."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from cleaning.canonical import canonical_url
from cleaning.errors import BadAddress, SitesError, UnknownSite
from crawler.hosts import bare_host, host_and_port
from crawler.toml_lines import key_lines
from storage.addresses import AddressKind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from crawler.toml_lines import KeyPath

NAME = re.compile(r"(?=.*[a-z0-9])[a-z0-9._-]{1,64}")
_NOT_IN_NAME = re.compile(r"[^a-z0-9._-]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_HAS_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)  # "example.org:8080" has a port, no scheme
_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_KEYS = ("name", "url", "feeds", "sitemaps", "sections", "language", "delay", "limit")
_DAY = 86_400  # seconds
_LISTS = ("feeds", "sitemaps", "sections")


@dataclass(frozen=True, slots=True)
class Site:
    """One site to crawl. All addresses are in their canonical form."""

    name: str
    url: str  # the front page
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    language: str | None = None  # a language tag in lower case, "en" or "pt-br"
    delay: float | None = None  # seconds between two requests
    limit: int | None = None  # articles a run
    houses: tuple[str, ...] = ()  # addresses on other hosts that are its own, too

    def owns(self, url: str) -> bool:
        """Whether `url` is on the site's own hosts.

        Those are the host of the site's address, its twin with or without "www." and what is below the bare host. An IP
        address, a host without a dot and a public suffix ("www.gov.uk") stand for themselves alone. http and https are
        one where each uses its own port; any other port must be the same.
        """
        canonical = canonical_url(url)
        return canonical is not None and any(_one_house(canonical, own) for own in (self.url, *self.houses))

    def subdomain(self, url: str) -> str:
        """What stands before the bare host in a URL that the site owns, without "www": "sport" of sport.example.org."""
        own = host_and_port(self.url)[0]
        host = host_and_port(url)[0].removeprefix("www.")
        return host.removesuffix(bare_host(own) or own).removesuffix(".") if host != own else ""

    def allows(self, url: str, kind: AddressKind) -> bool:
        """Whether `url` may be asked for as `kind`: it is the site's own, or a feed or sitemap that its entry names."""
        named = {AddressKind.FEED: self.feeds, AddressKind.SITEMAP: self.sitemaps}.get(kind, ())
        return canonical_url(url) in named or self.owns(url)


def _one_house(url: str, house: str) -> bool:
    host, port = host_and_port(url)
    own, own_port = host_and_port(house)
    if port != own_port:
        return False
    bare = bare_host(own)
    return host == own or (bare is not None and (host == bare or host.endswith(f".{bare}")))


def site_from_url(url: str) -> Site:
    """The site whose front page is `url`, named after its host; BadAddress where that is no http(s) address."""
    address = canonical_url(url)
    if address is None:
        raise BadAddress(_why_no_address(url))
    host, port = host_and_port(address)
    name = host.removeprefix("www.") + (f"-{port}" if port else "")
    return Site(name=_NOT_IN_NAME.sub("-", name)[:64], url=address)


def find_site(sites: Iterable[Site], name: str) -> Site:
    """The site of that name, in any case; UnknownSite names those that are near."""
    known = {site.name: site for site in sites}
    return known[known_name(known, name)]


def known_name(known: Collection[str], name: str, *, where: str = "in the list of sites") -> str:
    """The one of the `known` names that is meant, in any case; UnknownSite names those that are near."""
    for one in (name, name.strip().lower()):
        if one in known:
            return one
    near = get_close_matches(name.lower(), known, n=3) or sorted(known)[:10]
    raise UnknownSite(f'no site "{name}" {where}; there are: {", ".join(near) or "none"}')


def load_sites(path: Path) -> list[Site]:
    """The sites that the file lists, in its order; SitesError says which key and line cannot be meant."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise SitesError(f"cannot be read: {error.strerror}", path=str(path)) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SitesError("is not written in UTF-8", path=str(path), line=line) from error
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        place = _TOML_PLACE.search(message)
        line = int(place[1]) if place and place[1] else text.rstrip().count("\n") + 1
        raise SitesError(f"is no valid TOML: {_TOML_PLACE.sub('', message)}", path=str(path), line=line) from error
    except ValueError as error:  # a number of thousands of digits
        raise SitesError(f"is no valid TOML: {error}", path=str(path)) from error
    except RecursionError as error:
        raise SitesError("is nested too deep", path=str(path)) from error
    return _Reader(str(path), document, key_lines(text)).sites()


class _Reader:
    """Turns the document into sites, or into the error that names key and line."""

    def __init__(self, path: str, document: Mapping[str, object], lines: Mapping[KeyPath, int]) -> None:
        self.path = path
        self.document = document
        self.lines = lines

    def sites(self) -> list[Site]:
        self.known_keys((), self.document, ("site",))
        tables = self.document.get("site", [])
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            raise self.error(("site",), "a site is written as a table [[site]], with double brackets")
        sites: list[Site] = []
        for number, table in enumerate(tables):
            site = self.site(("site", number), table)
            if any(site.name == other.name for other in sites):
                raise self.error(("site", number, "name"), f"'name': another site is called \"{site.name}\" already")
            if twin := next((other for other in sites if other.url == site.url), None):
                raise self.error(("site", number, "url"), f"'url': the site \"{twin.name}\" has it already")
            sites.append(site)
        return sites

    def site(self, at: KeyPath, table: Mapping[str, object]) -> Site:
        self.known_keys(at, table, _KEYS)
        for key in ("name", "url"):
            if key not in table:
                raise self.error(at, f"this site has no '{key}'")
        name, url = self.name(at, table["name"]), self.address((*at, "url"), table["url"], None)
        lists = {key: self.addresses((*at, key), table.get(key, []), url) for key in _LISTS}
        return Site(
            name,
            url,
            **lists,
            language=self.language(at, table),
            delay=self.delay(at, table),
            limit=self.limit(at, table),
        )

    def name(self, at: KeyPath, value: object) -> str:
        name = value.lower() if isinstance(value, str) else ""
        if not NAME.fullmatch(name):
            wanted = "1 to 64 letters a-z, digits, dots, hyphens or underscores"
            raise self.error((*at, "name"), f"'name' must be {wanted}, not {_shown(value)}")
        return name

    def addresses(self, at: KeyPath, value: object, url: str) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise self.error(at, f"'{at[-1]}' must be a list of addresses [\"...\"], not {_shown(value)}")
        found = (self.address((*at, number), item, url) for number, item in enumerate(value))
        return tuple(dict.fromkeys(found))

    def address(self, at: KeyPath, value: object, base: str | None) -> str:
        key = at[-1] if isinstance(at[-1], str) else at[-2]
        if not isinstance(value, str):
            raise self.error(at, f"'{key}' must be an address in quotation marks, not {_shown(value)}")
        address = canonical_url(value, base) if value.strip() else None
        if address is None:
            raise self.error(at, f"'{key}': {_why_no_address(value)}")
        return address

    def language(self, at: KeyPath, table: Mapping[str, object]) -> str | None:
        value = table.get("language")
        if value is not None and not (isinstance(value, str) and _LANGUAGE.fullmatch(value.lower())):
            raise self.error(
                (*at, "language"), f'\'language\' must be a code like "en" or "pt-BR", not {_shown(value)}'
            )
        return value if value is None else value.lower()

    def delay(self, at: KeyPath, table: Mapping[str, object]) -> float | None:
        value = table.get("delay")
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
            raise self.error((*at, "delay"), f"'delay' must be a number of seconds >= 0, not {_shown(value)}")
        if value > _DAY:
            raise self.error((*at, "delay"), f"'delay' must be at most a day ({_DAY} seconds), not {_shown(value)}")
        return float(value)

    def limit(self, at: KeyPath, table: Mapping[str, object]) -> int | None:
        value = table.get("limit")
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise self.error((*at, "limit"), f"'limit' must be a whole number of articles >= 1, not {_shown(value)}")
        return value

    def known_keys(self, at: KeyPath, table: Mapping[str, object], keys: Sequence[str]) -> None:
        for key in table:
            if key not in keys:
                near = get_close_matches(key.lower(), keys, n=1)
                hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(keys)}"
                raise self.error((*at, key), f"unknown key '{key}'; {hint}")

    def error(self, at: KeyPath, message: str) -> SitesError:
        """The error with the line of the key, or of the nearest thing around it that has one."""
        while at and at not in self.lines:
            at = at[:-1]
        return SitesError(message, path=self.path, line=self.lines.get(at))


def _why_no_address(text: str) -> str:
    shown = _shown(text)
    if not _HAS_SCHEME.match(text.strip()) and canonical_url(f"https://{text.strip()}") is not None:
        return f"{shown} is no address; did you mean https://{text.strip()}?"
    return f"{shown} is no http(s) address"


def _shown(value: object) -> str:
    """A value as its reader wrote it, near enough, on one line and short."""
    if isinstance(value, bool):
        return str(value).lower()
    text = f'"{value}"' if isinstance(value, str) else str(value)
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    return text if len(text) <= 80 else f"{text[:79]}…"
