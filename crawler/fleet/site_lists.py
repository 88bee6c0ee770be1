"""sites.toml as a night has it: stored once for all workers, so that no machine crawls by a list of its own."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from secrets import token_hex

from sqlalchemy import Engine, text

from cleaning.errors import SitesError
from crawler.sites.site import Site
from crawler.sites.sites_file import load_sites

_STORE = text("INSERT INTO procrastinate.fleet_sites VALUES (:digest, :listed) ON CONFLICT DO NOTHING")
_LOAD = text("SELECT listed FROM procrastinate.fleet_sites WHERE digest = :digest")


def store_site_list(engine: Engine, path: Path) -> tuple[str, list[Site]]:
    """Store the list of sites in this file for all workers; return its digest, and the sites.

    Raise a UsageError for a file that is no list of sites, or lists none.
    """
    sites = load_sites(path)
    if not sites:
        raise SitesError("lists no site; scrapy sites add URL adds one", path=str(path))
    listed = path.read_bytes().decode("utf-8-sig")
    digest = sha256(listed.encode()).hexdigest()[:16]
    with engine.begin() as connection:
        connection.execute(_STORE, {"digest": digest, "listed": listed})
    return digest, sites


def fetch_site_list(engine: Engine, folder: Path, digest: str) -> Path:
    """Return a file with the stored list, in this folder. Processes may write it at once."""
    path = folder / "fleet" / f"sites-{digest}.toml"
    if path.is_file():
        return path
    with engine.connect() as connection:
        listed = connection.execute(_LOAD, {"digest": digest}).scalar_one()
    path.parent.mkdir(exist_ok=True)
    path.parent.chmod(0o700)  # an entry may hold the cookies of a subscriber
    draft = path.with_name(f".{path.name}.{token_hex(4)}")
    draft.write_text(listed, "utf-8")
    draft.replace(path)
    return path
