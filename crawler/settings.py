"""Every setting of the crawl, grouped; the comment gives unit and reason. `-s NAME=VALUE` changes one for a run."""

from __future__ import annotations

import os
from socket import gethostname

BOT_NAME = "broadsheet"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"
COMMANDS_MODULE = "crawler.commands"

# --- Where things are -------------------------------------------------------------------------------------------------
DATA_DIR = "data"  # folder of everything a crawl keeps: database, raw archive
DATABASE_URL = os.environ.get("DATABASE_URL", "")  # SQLAlchemy address; empty: DATA_DIR/broadsheet.db
SITES_FILE = "sites.toml"  # the sites that `scrapy crawl articles` crawls
STORAGE_PATIENCE = 300.0  # seconds for which a database or disk that fails is waited for: a server's restart takes less
DISK_LEAST = 1 << 30  # bytes: with less space left nothing more is asked; 0: not watched
DISK_INTERVAL = 30.0  # seconds between two looks at the space that is left

# --- Who we are -------------------------------------------------------------------------------------------------------
# A site's operator must be able to find out who asks, and to write to them: an e-mail address or a URL of yours.
_contact = os.environ.get("BROADSHEET_CONTACT") or f"{os.environ.get('USER', 'operator')}@{gethostname()}"
USER_AGENT = f"Broadsheet/0.1 (+{_contact}; news corpus research; obeys robots.txt)"
ROBOTSTXT_USER_AGENT = "Broadsheet"  # the product token that robots.txt names
ROBOTSTXT_OBEY = True

# --- Whom we ask ------------------------------------------------------------------------------------------------------
# Networks, as 127.0.0.0/8, that may be asked although they are not the public internet: a newspaper of your own.
ALLOWED_NETWORKS: list[str] = []
TWISTED_DNS_RESOLVER = "crawler.guard.resolver.GuardedResolver"  # every connection goes to an address that it gave

# --- Politeness -------------------------------------------------------------------------------------------------------
CONCURRENT_REQUESTS = 16  # over all sites, at least: a crawl of more sites raises it, lest slow ones hold up the others
CONCURRENT_REQUESTS_PER_DOMAIN = 1  # one request at a time is what a small newspaper's server can take
DOWNLOAD_DELAY = 1.0  # seconds between two requests to a host, at least
DOWNLOAD_DELAY_JITTER = 0  # Scrapy's default of 0.5 would undercut a delay that a site asks for
AUTOTHROTTLE_ENABLED = True  # a host that answers slowly is asked more slowly
AUTOTHROTTLE_START_DELAY = 1.0  # seconds
AUTOTHROTTLE_MAX_DELAY = 60.0  # seconds
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0
CRAWL_DELAY_MAX = 120.0  # seconds: the longest Crawl-delay of a robots.txt that is honoured; more would end the night
RETRY_AFTER_MAX = 86_400.0  # seconds: the longest Retry-After that is honoured; 88 hours have been seen
ROBOTS_PAUSE = 3_600.0  # seconds in which nothing is asked of a host whose robots.txt could not be had
BREAKER_FAILURES = 5  # of a host in a row (no answer, 5xx, 429); then it is left alone
BREAKER_PAUSES = [30, 300, 3_600]  # seconds: the first time, the second, ... until it gives a good answer
# What is obeyed of the words in X-Robots-Tag and <meta name="robots">: "nofollow" keeps from following a list's links,
# any other from keeping the article. Others would be noarchive, noai, noimageai.
ROBOTS_TAGS_OBEYED = ["noindex", "nofollow"]
TDMREP_ASKED = True  # whether a host is asked once a run for /.well-known/tdmrep.json: what it reserves of its articles

# --- Limits of one answer ---------------------------------------------------------------------------------------------
DOWNLOAD_TIMEOUT = 30  # seconds for a whole answer
DNS_TIMEOUT = 10  # seconds
REACTOR_THREADPOOL_MAXSIZE = 40  # threads that look up names: hosts that cannot be found must not hold up the others
DOWNLOAD_MAXSIZE = 10 << 20  # bytes, also after decompression
DOWNLOAD_WARNSIZE = 0  # bytes; 0: no warning, the limit is enough
REDIRECT_MAX_TIMES = 5
RETRY_ENABLED = False  # Scrapy's retry would ask at once, the frontier asks when an address is due
RETRY_PAUSES = [
    2,
    10,
    43_200,
    172_800,
]  # seconds before each further try; what is longer than a minute is for another run

# --- The frontier -----------------------------------------------------------------------------------------------------
SCHEDULER = "crawler.scheduler.FrontierScheduler"
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"  # filters nothing: the frontier knows every address
LISTS_PER_SITE = (
    500  # feeds, sitemaps and section pages a run, lest an endless sitemap take the night from the articles
)
PAGES_PER_HOST = 10_000  # answers of a host a night (0: no bound): nearly three hours at a second each
BARREN_PAGES = 40  # in a row, of one pattern of addresses, none of them an article: then it is a trap (0: never)
LEASES_PER_SITE = 1  # addresses of a site that Scrapy holds at once; a graceful stop waits for all of them
JOBDIR = None  # Scrapy's own memory loses pages when it is killed; ours is the frontier

# --- Cleaning ---------------------------------------------------------------------------------------------------------
CLEANING_PROCESSES = 0  # child processes; 0: one for each core
CLEANING_DEADLINE = 30.0  # seconds for one page, then it is rejected as cleaner-timeout
# Bytes of a child process (0: no limit), then its page is rejected as cleaner-memory. It needs 130 MB before its first
# page, 440 MB for one of 100,000 elements.
CLEANING_MEMORY = 1_536 << 20
# What waits for cleaning, in bytes of response bodies. The default of 5 MB lets a second's work pile up for nothing.
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 2_000_000
REPLAY_AT_ONCE = 32  # pages of a WARC file that are in memory at once

# --- Site memory ------------------------------------------------------------------------------------------------------
MEMORY_WINDOW = 400  # newest pages of a site that its memory may be learnt from: a redesign is noticed within days
MEMORY_SAMPLE = 100  # of these, pages that it is learnt from; each is cleaned a second time, without the memory

# --- Components -------------------------------------------------------------------------------------------------------
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,  # a retry or redirect passes it; ours is below
    "crawler.middlewares.scope.ScopeMiddleware": 50,  # the site's own hosts, also after a redirect
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,  # takes a 503 for a yes
    "crawler.middlewares.robots.RobotsMiddleware": 100,
    "crawler.middlewares.rights.RightsMiddleware": 110,  # right after: notes what else robots.txt says, and tdmrep.json
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,  # in the event loop, and mute
    "crawler.middlewares.compression.CompressionMiddleware": 590,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,  # breaks at a redirect to no URL
    "crawler.middlewares.redirect.WebRedirectMiddleware": 600,
    "crawler.middlewares.archive.ArchiveMiddleware": 995,  # near the wire: sees what the site really sent
    "crawler.guard.middleware.GuardMiddleware": 999,  # nearer still: what it refuses is not archived
}
ITEM_PIPELINES = {
    "crawler.pipelines.clean.CleanPipeline": 300,
    "crawler.pipelines.store.StorePipeline": 700,  # stores, deduplicates and settles the address in one transaction
}
EXTENSIONS = {
    "scrapy.extensions.logstats.LogStats": None,  # Progress says more
    "crawler.guard.self_check.GuardCheck": 0,
    "crawler.extensions.disk_space.DiskSpace": 50,
    "crawler.extensions.politeness.Politeness": 100,
    "crawler.extensions.prompt_stop.PromptStop": 200,
    "crawler.extensions.progress.Progress": 500,
}
PROGRESS_INTERVAL = 10.0  # seconds between two progress lines where there is no terminal

# --- What stays shut --------------------------------------------------------------------------------------------------
DOWNLOAD_HANDLERS = {
    "http": "crawler.handlers.PoliteHandler",  # asks nothing of a host that is on hold
    "https": "crawler.handlers.PoliteHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
DOWNLOAD_VERIFY_CERTIFICATES = True
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False  # an HTTP server that runs code
HTTPPROXY_ENABLED = False
COOKIES_ENABLED = False
METAREFRESH_ENABLED = False

# --- The log ----------------------------------------------------------------------------------------------------------
LOG_LEVEL = "INFO"
LOG_VERSIONS: list[str] = []
STATS_DUMP = False  # the report says it for a person, the run's row in the database keeps every count
