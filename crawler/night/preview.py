"""What a night would do: `scrapy nightly --dry-run`."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import datetime

from scrapy.settings import BaseSettings
from sqlalchemy import Engine

from crawler.alerts.check import read_channels
from crawler.night.budget import CRAWL, estimate_reserve, find_crawl_end, find_end
from crawler.night.desk import LINES
from crawler.night.open_night import find_night_to_resume
from crawler.night.options import NightOptions, load_default_options, make_options
from crawler.night.tell import format_clock, format_duration
from crawler.run.archive_place import archive_place_of
from crawler.sites.site import Site
from crawler.terminal.numbers import count_things, join_some
from storage.database.engine import open_for_reading
from storage.nights.stored_nights import StoredNight, load_stored_nights

_FORMER = 30  # nights


def describe_night(
    engine: Engine | None, settings: BaseSettings, sites: Sequence[Site], given: Mapping[str, str | None], now: datetime
) -> list[str]:
    """Return a line for each step that a night would have now. `engine` is None where there is no store yet."""
    night = None if engine is None else find_night_to_resume(engine, now)
    options = make_options(given, load_default_options(settings) if night is None else night.options)
    done = {} if night is None else night.steps
    lines = [] if night is None else [f"it would go on with night {night.id}, which was not finished"]
    for name, text in _describe_steps(engine, settings, sites, options, night, now).items():
        is_done, is_skipped = LINES in done.get(name, {}), name in options.skipped
        lines.append(f"{name}: {'done already' if is_done else 'skipped' if is_skipped else text}")
    if not os.environ.get("BROADSHEET_CONTACT"):
        lines.append("contact: none; set BROADSHEET_CONTACT, in a crontab above its lines")
    return lines


def _describe_steps(
    engine: Engine | None,
    settings: BaseSettings,
    sites: Sequence[Site],
    options: NightOptions,
    night: StoredNight | None,
    now: datetime,
) -> dict[str, str]:
    steps = {CRAWL: _describe_crawl(engine, sites, options, night, now)}
    steps["health"] = "what is odd about the night of each site"
    steps["report"] = "a web page of the night"
    if options.release:
        steps["release"] = f"into {options.release}, named after the day"
    kept = [f"removes {', '.join(ages)}"] if (ages := _list_ages(options)) else []
    if archive_place_of(settings).folder is None:
        kept.append("brings small objects of the archive together")
    if kept:
        steps["retention"] = "; ".join(kept)
    if channels := read_channels(settings):
        steps["alerts"] = f"by {', '.join(channels)}, if something is new or has healed"
    return steps


def _list_ages(options: NightOptions) -> list[str]:
    return [f"{what} after {age}" for what, age in options.kept.items() if age]


def _describe_crawl(
    engine: Engine | None, sites: Sequence[Site], options: NightOptions, night: StoredNight | None, now: datetime
) -> str:
    began_at = now if night is None else night.started_at
    end = find_end(options.until, options.hours, now) if night is None else night.ends_at
    text = f"{count_things(len(sites), 'site')} ({join_some(site.name for site in sites)})"
    if options.max_pages:
        text += f", at most {count_things(options.max_pages, 'article')} of each"
    if end is None:
        return f"{text}, until everything that is due has been asked for"
    former: list[StoredNight] = []
    if engine is not None:
        with open_for_reading(engine) as connection:
            former = load_stored_nights(connection, last=_FORMER)
    reserve = estimate_reserve(former, end - began_at)
    crawl_end = find_crawl_end(began_at, end, reserve) or end
    rest = format_duration((end - crawl_end).total_seconds())
    return f"{text}, until {format_clock(crawl_end)}; {rest} before {format_clock(end)} for the other steps"
