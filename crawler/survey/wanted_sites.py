"""Reads a file of sites to add: a CSV table with a column `url`, lines of addresses, or the OPML of a feed reader."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lxml import etree

from cleaning.errors import BadArgument
from cleaning.page.canonical import to_canonical_url
from crawler.discovery.feed_links import is_feed_host
from crawler.sites.site import explain_bad_address, make_site
from crawler.sites.site_entry import explain_bad_language, explain_bad_site_name

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_BYTES = 20 << 20
_MAX_SITES = 5_000


@dataclass(frozen=True, slots=True)
class WantedSite:
    """A site that the operator wants. `problem` is why its line cannot be used; then the rest may be empty."""

    url: str
    name: str = ""
    language: str | None = None
    feeds: tuple[str, ...] = ()  # that the file names
    line: int | None = None
    problem: str | None = None


def make_wanted_site(
    url: str,
    *,
    name: str | None = None,
    language: str | None = None,
    feeds: tuple[str, ...] = (),
    line: int | None = None,
) -> WantedSite:
    """Return the site of an address, with a name made of its host and its edition if none is given."""
    written = url.strip()
    canonical = to_canonical_url(written) or (None if "://" in written else to_canonical_url(f"https://{written}"))
    code = (language or "").strip().lower().replace("_", "-") or None  # de_DE is the form of operating systems
    problem = None
    if canonical is None:
        problem = explain_bad_address(url)
    elif name is not None and (bad := explain_bad_site_name(name)) is not None:
        problem = f"the name {bad}"
    elif code is not None and (bad := explain_bad_language(code)) is not None:
        problem = f"the language {bad}"
    if canonical is None or problem is not None:
        return WantedSite(url, name or "", line=line, problem=problem)
    known = tuple(one for feed in feeds if (one := to_canonical_url(feed)) is not None)
    return WantedSite(canonical, name or _name_site(canonical), code, known, line)


def read_wanted_sites(path: Path) -> list[WantedSite]:
    """Return the sites of the file, those with a problem among them. BadArgument if the file as a whole is none."""
    try:
        body = path.read_bytes()
    except OSError as error:
        raise BadArgument(f"--from: {path} cannot be read: {(error.strerror or str(error)).lower()}") from error
    if len(body) > _MAX_BYTES:
        raise BadArgument(f"--from: {path} has more than {_MAX_BYTES:,} bytes; no list of sites is that long")
    is_xml = body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    sites = list(_read_opml(body, path) if is_xml else _read_csv(body, path))
    if not sites:
        raise BadArgument(f"--from: {path} lists no site")
    if len(sites) > _MAX_SITES:
        raise BadArgument(f"--from: {path} lists {len(sites):,} sites; add at most {_MAX_SITES:,} at once")
    return sites


def _read_csv(body: bytes, path: Path) -> Iterator[WantedSite]:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise BadArgument(f"--from: {path}, line {line}: is not UTF-8") from error
    lines = (line.strip() for line in text.splitlines())
    first = next((line for line in lines if line and not line.startswith("#")), "")
    separator = max(",;\t", key=first.count)
    rows = csv.reader(StringIO(text), delimiter=separator)
    columns: dict[str, int] | None = None
    try:
        for row in rows:
            cells = [cell.strip() for cell in row]
            if not any(cells) or cells[0].startswith("#"):
                continue
            if columns is None:
                names = [cell.lower() for cell in cells]
                columns = {name: place for place, name in enumerate(names)} if "url" in names else {"url": 0}
                if "url" in names:
                    continue
                if "." not in cells[0]:
                    raise BadArgument(f"--from: {path} has no column 'url' in its first line: {first[:80]}")
            yield make_wanted_site(
                _get_cell(cells, columns, "url") or "",
                name=_get_cell(cells, columns, "name"),
                language=_get_cell(cells, columns, "language"),
                line=rows.line_num,
            )
    except csv.Error as error:
        raise BadArgument(f"--from: {path}, line {rows.line_num}: is no CSV ({error})") from error


def _get_cell(cells: list[str], columns: dict[str, int], name: str) -> str | None:
    place = columns.get(name)
    return cells[place] or None if place is not None and place < len(cells) else None


def _read_opml(body: bytes, path: Path) -> Iterator[WantedSite]:
    # No entity is expanded and nothing is loaded; a file that defines its own is meant to explode.
    if b"<!ENTITY" in body or b"<!DOCTYPE" in body:
        raise BadArgument(f"--from: {path} has a DOCTYPE, which no feed reader writes; remove it")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
    try:
        tree = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise BadArgument(f"--from: {path}, line {error.lineno}: is no well-formed OPML: {error.msg}") from error
    if etree.QName(tree).localname.lower() != "opml":
        raise BadArgument(f"--from: {path} is no OPML: its first element is <{etree.QName(tree).localname}>")
    homes: dict[str, tuple[int | None, list[str]]] = {}  # front page -> line and feeds
    for outline in tree.iter("outline", "{*}outline"):
        stated = {str(key).lower(): str(value).strip() for key, value in outline.attrib.items()}
        feed, home = stated.get("xmlurl", ""), stated.get("htmlurl", "")
        if not feed and not home:
            continue  # a folder
        front = home or _guess_front_page(feed)
        if front is None:
            problem = f"{feed} is at a service for feeds; its outline needs htmlUrl, the address of the newspaper"
            yield WantedSite(feed, line=outline.sourceline, problem=problem)
            continue
        own = homes.setdefault(to_canonical_url(front) or front, (outline.sourceline, []))
        if feed:
            own[1].append(feed)
    for front, (line, feeds) in homes.items():
        yield make_wanted_site(front, feeds=tuple(feeds), line=line)


def _guess_front_page(feed: str) -> str | None:
    """Return the front page of the host of a feed; None for a service that holds the feeds of others."""
    url = to_canonical_url(feed)
    if url is None:
        return feed  # to be reported as no address
    parts = urlsplit(url)
    if is_feed_host(parts.netloc):
        host = parts.netloc.partition(".")[2]
        is_own = parts.netloc.startswith(("feeds.", "rss.")) and not is_feed_host(f"x.{host}")
        return f"{parts.scheme}://{host}/" if is_own else None
    return f"{parts.scheme}://{parts.netloc}/"


def _name_site(url: str) -> str:
    """Return the name that -a url= would give the host, with the folder of an edition behind it."""
    from crawler.survey.edition_folder import get_edition_folder  # noqa: PLC0415

    folder = get_edition_folder(url).strip("/").replace("/", "-")
    name = make_site(url).name
    return make_site(f"https://{name}-{folder}/").name[:64] if folder else name
