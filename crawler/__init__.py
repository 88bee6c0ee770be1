"""The crawler: sends requests to news sites (Scrapy), and takes each page through archive, cleaning and store.

The way of a page:

spiders/         offer addresses to the frontier, make an item of every article page
discovery/       finds addresses of articles in feeds, sitemaps and section pages
frontier/        leases addresses to a crawl, finds traps, records failed requests
middlewares/     what every request and response passes: site, robots.txt, rights, archive
guard/           allows requests only to the public internet
walls/           recognises pages that a site shows instead of its articles
browser/         runs the scripts of pages that only they fill, in Chromium
hosts/           puts hosts on hold that ask for time or do not respond
failures/        exceptions of requests, and what each means for its address
rights/          what robots.txt and tdmrep.json say of the use by AI and text mining
page_facts.py    collects what the cleaner needs of a response beside its HTML: robots tags, rights, host
article_item.py  the article as own pipelines and feeds see it: typed, flat, with the fields of an export
items.py         the item that passes through the pipelines
parts/           fetches the further parts of an article on several pages
pipelines/       clean a page, then store its article
storing/         steps that pipelines and recleaning share in the transaction that stores an article: duplicates,
                 observations

Around it:

run/             session, counts, report and exit codes of one crawl
feeds/           Scrapy's feeds: the articles of a run with the fields and values of an export
fleet/           scrapy fleet: many crawlers on one PostgreSQL
night/           scrapy nightly: all sites within a budget, then what follows a crawl, step by step
health/          compares the night of each site with its past: what is odd, and what to do about it
finishing/       the work after the last page: night, settling, the report of the crawl
extensions/      disk space, pauses between requests, prompt stop, progress
settings.py      every setting of the crawl
version.py       the version of Broadsheet
sites/           the sites of sites.toml, and which addresses belong to a site
recleaning/      cleans stored pages again from the archive: after a run (settle), and on demand (scrapy reclean)
bulk/            cleans mountains of pages: WARC files in, a store and a release out, by tasks on many machines
removing/        takes articles down: out of the store and the archive, and never stored again
upkeep/          the work of `scrapy db`: copy the store, upgrade it, check and prune it
refetching/      fetches the articles of a release again, and compares
explain/         explains what the cleaner makes of one page
night_report/    reports on a night, against the nights before: a web page, text or JSON
survey/          finds out what a site offers before it is crawled, and checks the sites of sites.toml
commands/        the commands of `scrapy`
command_line/    the base of all commands: mistakes in one line, exit status, Ctrl-C, option values
alerts/          sends what is new in a night by mail, chat, webhook or file
reading_room/    the store, or a release, in a browser (scrapy browse)
views/           what the commands print about sites, stories, releases and differences
terminal/        consoles, log lines, progress bars, and text made safe to print
demo/            the demo newspapers
"""

from __future__ import annotations

import sys

from cleaning.interruption import begin_program

# Scrapy imports this package with the settings, before any command: from here on Ctrl-C is one line, while the commands
# and what they need are loaded. Only in the program `scrapy`: its script has `execute` among its names.
_execute = getattr(sys.modules.get("__main__"), "execute", None)
if _execute is not None and _execute is getattr(sys.modules.get("scrapy.cmdline"), "execute", None):
    begin_program("scrapy")
