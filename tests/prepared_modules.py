"""What a prepared process has loaded: the code of all commands, the models of the cleaner, and a store once made.

None of it may start a thread, open a file, or install Twisted's reactor.
"""

from __future__ import annotations

import gc
import importlib
import pkgutil
import sys
import threading
from types import ModuleType

import prepared_scrapy  # noqa: F401 -- which each process would load
from sqlalchemy import URL

import cleaning
import crawler
import storage
from cleaning.clean import preload_models
from crawler import settings
from crawler.command_line import check_settings
from crawler.terminal import console
from storage.database.engine import open_database

OF_SCRAPY = [
    "scrapy.cmdline",
    "scrapy.contracts",
    "scrapy.core.downloader.handlers.http11",
    "scrapy.crawler",
    "scrapy.downloadermiddlewares.cookies",
    "scrapy.downloadermiddlewares.defaultheaders",
    "scrapy.downloadermiddlewares.downloadtimeout",
    "scrapy.downloadermiddlewares.httpauth",
    "scrapy.downloadermiddlewares.httpcache",
    "scrapy.downloadermiddlewares.httpproxy",
    "scrapy.downloadermiddlewares.offsite",
    "scrapy.downloadermiddlewares.retry",
    "scrapy.downloadermiddlewares.stats",
    "scrapy.downloadermiddlewares.useragent",
    "scrapy.extensions.closespider",
    "scrapy.extensions.corestats",
    "scrapy.extensions.logcount",
    "scrapy.extensions.logstats",
    "scrapy.extensions.memdebug",
    "scrapy.extensions.memusage",
    "scrapy.extensions.remote_control",
    "scrapy.extensions.spiderstate",
    "scrapy.extensions.telnet",
    "scrapy.extensions.throttle",
    "scrapy.logformatter",
    "scrapy.shell",
    "scrapy.spidermiddlewares.depth",
    "scrapy.spidermiddlewares.metacopy",
    "scrapy.spidermiddlewares.referer",
    "scrapy.spidermiddlewares.start",
    "scrapy.spidermiddlewares.urllength",
    "scrapy.statscollectors",
]
# What libraries load when they are used.
OF_OTHERS = [
    "altair",  # for the charts of a night
    "encodings.charmap",
    "jsonschema",  # for altair
    "multiprocessing.popen_spawn_posix",
    "rich._emoji_codes",
    "rich.logging",
    "sqlalchemy.dialects.postgresql.psycopg",
    "_strptime",
    "vl_convert",
]


def load_all() -> None:
    for name in (*OF_SCRAPY, *OF_OTHERS):
        importlib.import_module(name)
    for package in (cleaning, crawler, storage):
        _load_package(package)
    preload_models()
    open_database(URL.create("sqlite")).dispose()  # SQLAlchemy keeps how it makes the tables
    gc.collect()
    gc.freeze()  # or a collection in each process would copy the memory that all of them share
    if threading.active_count() > 1 or "twisted.internet.reactor" in sys.modules:
        raise RuntimeError("a module started a thread or installed the reactor while it was imported")


def read_environment() -> None:
    """Have those modules read the environment of this process that do so when they are imported."""
    importlib.reload(settings)
    importlib.reload(check_settings)
    console.console.__init__(stderr=True)  # type: ignore[misc]  # others have imported this very console


def _load_package(package: ModuleType) -> None:
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if found.name == "storage.migrations" or found.name.endswith(".__main__"):
            continue  # scripts
        module = importlib.import_module(found.name)
        if found.ispkg:
            _load_package(module)


load_all()
