"""The options of a night: from the command line, from the settings, from a night that was killed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from typing import Any

from scrapy.settings import BaseSettings

from cleaning.errors import BadArgument
from crawler.night.budget import parse_hours, parse_until

# The steps that --skip can leave out: what a night is worth without them.
SKIPPABLE = ("health", "report", "release", "retention", "alerts")
_AGE = re.compile(r"([1-9][0-9]{0,4})([hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True, slots=True)
class NightOptions:
    """What a night does. Texts are as the operator wrote them; "" and 0 leave a bound or a step out."""

    until: str = ""
    hours: str = ""
    pages: str = ""
    release: str = ""
    keep_raw: str = ""
    keep_rejected: str = ""
    keep_reports: str = ""
    skip: str = ""  # names of steps, with commas between them

    @property
    def skipped(self) -> tuple[str, ...]:
        return tuple(name.strip() for name in self.skip.split(",") if name.strip())

    @property
    def raw_age(self) -> timedelta | None:
        """For how long raw pages are kept; None: for ever."""
        return parse_age("--keep-raw", self.keep_raw) if self.keep_raw else None

    @property
    def rejected_age(self) -> timedelta | None:
        return parse_age("--keep-rejected", self.keep_rejected) if self.keep_rejected else None

    @property
    def reports_age(self) -> timedelta | None:
        return parse_age("--keep-reports", self.keep_reports) if self.keep_reports else None

    @property
    def kept(self) -> dict[str, str]:
        """Return what is kept for some time, and for how long; "": for ever."""
        return {"raw pages": self.keep_raw, "rejected pages": self.keep_rejected, "reports": self.keep_reports}

    @property
    def max_pages(self) -> int:
        return int(self.pages or 0)

    def to_dict(self) -> dict[str, Any]:
        """Return those that are given, to be stored with the night."""
        return {name: value for name in _NAMES if (value := getattr(self, name))}

    def check(self) -> None:
        """Raise BadArgument for a text that is no value of its option."""
        if self.until:
            parse_until(self.until)
        if self.hours:
            parse_hours(self.hours)
        if self.pages and not (self.pages.isascii() and self.pages.isdecimal() and 0 < int(self.pages) < 10**9):
            raise BadArgument(f"--pages must be a whole number of at least 1, got {self.pages!r}")
        _ = self.raw_age, self.rejected_age, self.reports_age
        for name in self.skipped:
            if name not in SKIPPABLE:
                raise BadArgument(f"--skip: unknown step {name!r}; choose from: {', '.join(SKIPPABLE)}")


_NAMES = tuple(field.name for field in fields(NightOptions))


def make_options(given: Mapping[str, str | None], *others: Mapping[str, Any]) -> NightOptions:
    """Return the options: those of the command line, else those of the first of `others` that has them.

    Raise BadArgument for a wrong value.
    """
    sources = [{name: value for name, value in given.items() if value is not None}, *others]
    values = {name: str(next((one[name] for one in sources if one.get(name)), "")).strip() for name in _NAMES}
    options = NightOptions(**values)
    options.check()
    return options


def load_default_options(settings: BaseSettings) -> dict[str, Any]:
    """Return the options that stand in the settings, as NIGHTLY_UNTIL."""
    found = {name: settings.get(f"NIGHTLY_{name.upper()}") for name in _NAMES}
    return {name: ",".join(value) if isinstance(value, list) else value for name, value in found.items() if value}


def parse_age(option: str, text: str) -> timedelta:
    """Return the span that a text like 180d, 24h or 4w names. Raise BadArgument for any other."""
    if (match := _AGE.fullmatch(text)) is None:
        raise BadArgument(f"{option} must be a number of hours, days or weeks, as 24h, 180d or 4w, got {text!r}")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
