"""Names and numbers that `scrapy reclean --help` quotes. Imports nothing, so that help is fast."""

from __future__ import annotations

SPOOL_NAME = "reclean.spool"  # in the data folder
READINGS_FOLDER = "readings"  # likewise
MAX_LISTED_DIFFERENCES = 50  # the largest ones, which --dry-run prints
