"""Find the time zone of a site, in which its days begin."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel.core import get_global

if TYPE_CHECKING:
    from datetime import date, tzinfo

    from crawler.sites.site import Site

# Domains of countries that name something else to most of their owners: .tv is no island.
_NO_COUNTRY = frozenset(("ai", "cc", "co", "fm", "gg", "im", "io", "la", "me", "nu", "sh", "st", "to", "tv", "ws"))
# Countries of several zones, with one in which nearly all national newspapers are.
_ZONE_OF_PRESS = {"BR": "America/Sao_Paulo", "CN": "Asia/Shanghai", "RU": "Europe/Moscow"}
_COUNTRY_OF_DOMAIN = {"uk": "GB"}  # the only country whose domain is not its code


def find_time_zone(name: str) -> ZoneInfo | None:
    """Return the zone of that name in the IANA database, None if there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # OSError: the name of a folder
        return None


def start_of_day(site: Site, day: date) -> datetime:
    """Return when a day begins for the site, in UTC: by its `timezone`, else by its country, else by UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=get_time_zone(site)).astimezone(UTC)


def get_time_zone(site: Site) -> tzinfo:
    """Return the `timezone` of the site's entry, else the zone of the country that its domain or language names.

    A country without a prevailing zone (US, AU) gives none, nor does a language without a country ("pt"): it is UTC.
    """
    if site.timezone is not None:
        return find_time_zone(site.timezone) or UTC
    domain = (urlsplit(site.url).hostname or "").rpartition(".")[2]
    region = (site.language or "").partition("-")[2]
    countries = ("" if domain in _NO_COUNTRY else _COUNTRY_OF_DOMAIN.get(domain, domain), region)
    return next((zone for country in countries if (zone := _find_only_zone(country.upper())) is not None), UTC)


@lru_cache(maxsize=256)
def _find_only_zone(country: str) -> ZoneInfo | None:
    """Return the zone of a country, a code of two letters: the one that most of its zones agree with all year."""
    if country in _ZONE_OF_PRESS:
        return find_time_zone(_ZONE_OF_PRESS[country])
    zones = [zone for name in get_global("territory_zones").get(country, ()) if (zone := find_time_zone(name))]
    shared = Counter(_list_offsets(zone) for zone in zones).most_common(1)
    if not shared or 2 * shared[0][1] <= len(zones):
        return None
    return next(zone for zone in zones if _list_offsets(zone) == shared[0][0])


def _list_offsets(zone: ZoneInfo) -> tuple[object, ...]:
    return tuple(zone.utcoffset(datetime(2026, month, 15)) for month in (1, 7))  # noqa: DTZ001 (the zone is asked)
