"""What a prepared process has loaded: the code of all commands, and the models of the cleaner.

None of it may start a thread, open a file, or install Twisted's reactor.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
import threading
from types import ModuleType

import prepared_scrapy  # noqa: F401 -- which each process would load

import cleaning
import crawler
import storage
from cleaning.clean import preload_models

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
    "scrapy.shell",
    "scrapy.spidermiddlewares.depth",
    "scrapy.spidermiddlewares.metacopy",
    "scrapy.spidermiddlewares.referer",
    "scrapy.spidermiddlewares.start",
    "scrapy.spidermiddlewares.urllength",
    "scrapy.statscollectors",
]
# They read the environment (rich's consoles do): each process loads them, and what imports them, itself.
OWN = ("crawler.settings", "crawler.terminal.console")


def load_all() -> None:
    for name in OF_SCRAPY:
        importlib.import_module(name)
    for name in OWN:
        sys.modules[name] = None  # type: ignore[assignment]  # importing it fails
    for package in (cleaning, crawler, storage):
        _load_package(package)
    for name in OWN:
        del sys.modules[name]
    preload_models()
    if threading.active_count() > 1 or "twisted.internet.reactor" in sys.modules:
        raise RuntimeError("a module started a thread or installed the reactor while it was imported")


def _load_package(package: ModuleType) -> None:
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        if found.name == "storage.migrations" or found.name.endswith(".__main__"):
            continue  # scripts
        try:
            module = importlib.import_module(found.name)
        except ModuleNotFoundError as error:
            if error.name not in OWN:
                raise
        else:
            if found.ispkg:
                _load_package(module)


load_all()
