"""Find the time zone of a site: the one that its entry names, that of its country, or that of its lists."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel.core import get_global

if TYPE_CHECKING:
    from crawler.sites.site import Site

# Domains of countries that name something else to most of their owners: .tv is no island.
_NO_COUNTRY = frozenset(("ai", "cc", "co", "fm", "gg", "im", "io", "la", "me", "nu", "sh", "st", "to", "tv", "ws"))
# Countries of several zones, with one in which nearly all national newspapers are.
_ZONE_OF_PRESS = {"BR": "America/Sao_Paulo", "CN": "Asia/Shanghai", "RU": "Europe/Moscow"}
_COUNTRY_OF_DOMAIN = {"uk": "GB"}  # the only country whose domain is not its code


_MAX_BYTES = 1 << 18  # of the document; its first times stand for all
_MAX_MINUTES = 14 * 60
_TIME = re.compile(rb"\d\d:\d\d(?::\d\d(?:\.\d+)?)?\s?([+-])(\d\d):?(\d\d)\b")


def find_time_zone(name: str) -> ZoneInfo | None:
    """Return the zone of that name in the IANA database, None if there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # OSError: the name of a folder
        return None


def get_time_zone(site: Site) -> ZoneInfo | None:
    """Return the `timezone` of the site's entry, else the zone of the country that its domain or language names.

    A country without a prevailing zone (US, AU) gives none, nor does a language without a country ("pt").
    """
    if site.timezone is not None:
        return find_time_zone(site.timezone)
    domain = (urlsplit(site.url).hostname or "").rpartition(".")[2]
    region = (site.language or "").partition("-")[2]
    countries = ("" if domain in _NO_COUNTRY else _COUNTRY_OF_DOMAIN.get(domain, domain), region)
    return next((zone for country in countries if (zone := _find_only_zone(country.upper())) is not None), None)


def find_stated_offset(body: bytes) -> timedelta | None:
    """Return the offset that most times state (+0900), None if none does.

    Z, GMT and +0000 state none: many systems write UTC, wherever they are.
    """
    offsets = Counter(
        (-1 if sign == b"-" else 1) * (60 * int(hours) + int(minutes))
        for sign, hours, minutes in _TIME.findall(body[:_MAX_BYTES])
    )
    del offsets[0]
    likely = [(minutes, times) for minutes, times in offsets.most_common() if abs(minutes) <= _MAX_MINUTES]
    return timedelta(minutes=likely[0][0]) if likely else None


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
