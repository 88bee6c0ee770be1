"""Every setting of the crawl, by subject. Comments give unit and reason. `-s NAME=VALUE` changes one for a run."""

from __future__ import annotations

import os
from socket import gethostname

from crawler import version

BOT_NAME = "broadsheet"
SPIDER_MODULES = ["crawler.spiders"]
NEWSPIDER_MODULE = "crawler.spiders"
COMMANDS_MODULE = "crawler.commands"

# --- Where data is ----------------------------------------------------------------------------------------------------
DATA_DIR = "data"  # folder of the database and the archive
DATABASE_URL = os.environ.get("DATABASE_URL", "")  # SQLAlchemy URL; empty: DATA_DIR/broadsheet.db
# The raw archive at any address that fsspec knows, such as s3://bucket/prefix; empty: the folder `archive` in DATA_DIR.
ARCHIVE_URI = os.environ.get("ARCHIVE_URI", "")
ARCHIVE_OPTIONS = os.environ.get("ARCHIVE_OPTIONS", "")  # of its file system in fsspec: a JSON object
ARCHIVE_LINGER = 0.5  # seconds whose pages are one object of an archive elsewhere; so much later they are stored
ARCHIVE_CACHE_MAXSIZE = 2 << 30  # bytes of its objects that are kept in DATA_DIR when they were read; 0: none
SITES_FILE = "sites.toml"  # the sites that `scrapy crawl articles` crawls; see sites.example.toml
JOIN_RUN = 0  # set by a fleet: the id of the run that this crawl is a part of; 0: a run of its own
STORE_ENABLED = True  # False: a command that only looks at pages opens no store, and claims no data folder
STORAGE_PATIENCE = 300.0  # seconds to wait for a database or disk that fails: a server restarts in less
DISK_LEAST = 1 << 30  # bytes; with less free space no request is sent; 0: no check
DISK_INTERVAL = 30.0  # seconds between two checks of the free space

# --- Who we are -------------------------------------------------------------------------------------------------------
# The operator of a site must be able to see who crawls it, and to contact you: set your e-mail address or URL.
_contact = os.environ.get("BROADSHEET_CONTACT") or f"{os.environ.get('USER', 'operator')}@{gethostname()}"
USER_AGENT = f"Broadsheet/{version.VERSION.rpartition('.')[0]} (+{_contact}; news corpus research; obeys robots.txt)"
ROBOTSTXT_USER_AGENT = "Broadsheet"  # the product token that robots.txt names
ROBOTSTXT_OBEY = True
ROBOTSTXT_PARSER = "crawler.middlewares.robots_index.IndexedRobotParser"  # Protego, quick with 20,000 rules

# --- Which networks get requests --------------------------------------------------------------------------------------
# Networks, like 127.0.0.0/8, that get requests although they are not the public internet: a newspaper of your own.
ALLOWED_NETWORKS = os.environ.get("ALLOWED_NETWORKS", "")
TWISTED_DNS_RESOLVER = "crawler.guard.resolver.GuardedResolver"  # every connection goes to an address that it returned

# --- Politeness -------------------------------------------------------------------------------------------------------
CONCURRENT_REQUESTS = 16  # of all sites; a crawl of more sites raises it, so that slow sites do not block others
CONCURRENT_REQUESTS_PER_DOMAIN = 1  # the server of a small newspaper can take no more
DOWNLOAD_DELAY = 1.0  # seconds between two requests to a host, at least
DOWNLOAD_DELAY_JITTER = 0  # Scrapy's default of 0.5 would go below a delay that a site asks for
AUTOTHROTTLE_ENABLED = True  # a slow host gets fewer requests
AUTOTHROTTLE_START_DELAY = 1.0  # seconds
AUTOTHROTTLE_MAX_DELAY = 60.0  # seconds
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0
CRAWL_DELAY_MAX = 120.0  # seconds: the longest Crawl-delay that is kept; a longer one would take the whole night
RETRY_AFTER_MAX = 86_400.0  # seconds: the longest Retry-After that is kept; 88 hours have been seen
ROBOTS_PAUSE = 3_600.0  # seconds on hold of a host whose robots.txt could not be fetched
BREAKER_FAILURES = 5  # of a host in a row (no response, 5xx, 429), until its circuit breaker opens
BREAKER_PAUSES = [30, 300, 3_600]  # seconds on hold: the first time, the second, ... until a success
# The words of X-Robots-Tag and <meta name="robots"> that are obeyed. With "nofollow" the links of a list are not
# followed; with any other word the article is not kept. Further words: noarchive, noai, noimageai.
ROBOTS_TAGS_OBEYED = ["noindex", "nofollow"]
TDMREP_ASKED = True  # whether /.well-known/tdmrep.json of each host is fetched: what it reserves of its articles

# --- Limits of one response -------------------------------------------------------------------------------------------
DOWNLOAD_TIMEOUT = 30  # seconds for which a server may be silent: until its headers, and between two pieces of a body
RESPONSE_TIMEOUT = 300.0  # seconds for a whole response: a large sitemap of a slow server takes minutes
DOWNLOAD_FAIL_ON_DATALOSS = False  # the download handler decides: a body may be whole although its length lied
DNS_TIMEOUT = 10  # seconds
REACTOR_THREADPOOL_MAXSIZE = 40  # threads that resolve names; hosts that are not found must not block the others
DOWNLOAD_MAXSIZE = 10 << 20  # bytes, also after decompression
LIST_MAXSIZE = 52 << 20  # the same of a feed or sitemap: sitemaps.org allows 50 MiB
DOWNLOAD_WARNSIZE = 0  # bytes; 0: no warning
REDIRECT_MAX_TIMES = 5
METAREFRESH_MAXDELAY = 5  # seconds after which a page leads on by itself, at most: papers reload themselves later
# Seconds before each further try. A run waits for a pause of up to a minute; a longer one is for another run.
RETRY_PAUSES = [2, 10, 43_200, 172_800]

# --- The night desk: options of `scrapy nightly`, so that a line of a crontab is short --------------------------------
NIGHTLY_UNTIL = os.environ.get("NIGHTLY_UNTIL", "")  # when a night ends: "06:00", "06:00 Europe/Berlin"
NIGHTLY_HOURS = os.environ.get("NIGHTLY_HOURS", "")  # or after so many hours
NIGHTLY_PAGES = os.environ.get("NIGHTLY_PAGES", "")  # articles of a site a night
NIGHTLY_RELEASE = os.environ.get("NIGHTLY_RELEASE", "")  # folder in which each night writes a release
NIGHTLY_FORMATS = os.environ.get("NIGHTLY_FORMATS", "jsonl").split(",")  # of that release
NIGHTLY_KEEP_RAW = os.environ.get("NIGHTLY_KEEP_RAW", "")  # for how long raw pages are kept: "180d"
NIGHTLY_KEEP_REJECTED = os.environ.get("NIGHTLY_KEEP_REJECTED", "")  # for how long rejected pages are kept: "30d"
NIGHTLY_KEEP_REPORTS = os.environ.get("NIGHTLY_KEEP_REPORTS", "")  # for how long reports are kept: "400d"
NIGHTLY_SKIP = os.environ.get("NIGHTLY_SKIP", "")  # steps to leave out: "report,alerts"

# --- The browser: for sites with `browser` in sites.toml, whose pages only scripts make -------------------------------
BROWSER_PATH = os.environ.get("BROWSER_PATH", "")  # of Chromium; empty: the system's
BROWSER_SANDBOX = True  # Chromium's own, which root cannot have: a container may need False
BROWSER_PAGES_AT_ONCE = 4  # open pages; each needs 100 MB and more
BROWSER_PAGES = 200  # pages after which the browser is replaced, so that its memory stays what it was
BROWSER_TIMEOUT = 30.0  # seconds for one page; for half of it the page may change before it is read as it is
BROWSER_REQUESTS = 100  # requests of the scripts of one page
BROWSER_MAXSIZE = 30 << 20  # bytes that a page may load beside itself
BROWSER_MEMORY = 1 << 30  # bytes of one process of the browser; above that it is ended. 0: no limit
PLAYWRIGHT_PROCESS_REQUEST_HEADERS = None  # the browser sends its own

# --- The end of a crawl -----------------------------------------------------------------------------------------------
# The moment at which nothing more is asked, with its offset: 2026-12-02T06:00:00+01:00. What is left waits for the next
# run. `scrapy nightly` sets it from its budget.
CRAWL_ENDS_AT = ""

# --- The frontier -----------------------------------------------------------------------------------------------------
LISTS_PER_SITE = 500  # feeds, sitemaps and section pages a run; an endless sitemap shall leave time for the articles
PAGES_PER_SITE = 0  # articles of a site that a run fetches, the newest first (0: no bound)
PAGES_PER_HOST = 10_000  # responses of a host a night (0: no bound): nearly three hours at one a second
BARREN_PAGES = 40  # pages in a row with one pattern of addresses and no article: then it is a trap (0: never)
PARTS_MAX = 20  # pages of one article that are joined into its text; an endless pager shall end
# Times after its first fetch when an article is asked for again, listed or not; m: minutes, h: hours, d: days. A fifth
# of the texts changes within a week, most of that within a day.
RECHECK_AFTER = ["24h", "7d"]
RECHECK_SHARE = 0.2  # of all pages of a site in a run: the most for that; an answer 304 is none. 0: never
LEASES_PER_SITE = 1  # addresses of a site that are leased at once; a graceful stop waits for all of them
JOBDIR = None  # Scrapy's job folder loses pages when the crawl is killed; the frontier does not

# --- Cleaning ---------------------------------------------------------------------------------------------------------
CLEANING_PROCESSES = 0  # child processes; 0: one for each core
CLEANING_DEADLINE = 30.0  # seconds of the processor for one page; after that it is rejected as cleaner-timeout
# Bytes that a child process may use (0: no limit); above that its page is rejected as cleaner-memory. A child needs
# 130 MB before its first page, and 440 MB for a page of 100,000 elements.
CLEANING_MEMORY = 1_536 << 20
# Bytes of response bodies that wait to be cleaned or stored; while there are more, no request begins. Scrapy's default
# of 5 MB lets a second's work pile up for nothing.
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 2_000_000
REPLAY_AT_ONCE = 32  # pages of a WARC file that are in memory at once

# --- Site memory ------------------------------------------------------------------------------------------------------
MEMORY_WINDOW = 400  # newest pages of a site from which the sample is taken: a redesign is noticed within days
MEMORY_SAMPLE = 100  # pages from which the memory is learnt; what each tells of its site is stored
# Bytes of what cleaning saw of a night's pages, kept in the data folder until the crawl ends (0: nothing is): so that
# they are cleaned again without being read from the archive. The second is kept of each site for the next nights.
READINGS_MAXSIZE = 2 << 30
SITE_READINGS_MAXSIZE = 4 << 20

# --- Components -------------------------------------------------------------------------------------------------------
DOWNLOADER_MIDDLEWARES = {
    "crawler.middlewares.spider_requests.SpiderRequestsMiddleware": 40,  # names the site of a request without a lease
    "crawler.middlewares.scope.ScopeMiddleware": 50,  # only the site's own hosts, also after a redirect
    "crawler.middlewares.known_pages.KnownPagesMiddleware": 60,  # before robots: nothing is fetched of a known page
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,  # takes a 503 for permission
    "crawler.middlewares.robots.RobotsMiddleware": 100,
    "crawler.middlewares.rights.RightsMiddleware": 110,  # after robots, whose rules it reads
    "crawler.middlewares.rendering.RenderingMiddleware": 560,  # last of a response: sees the whole page, decompressed
    "crawler.middlewares.validators.ValidatorsMiddleware": 580,  # sees decompressed bodies, after redirects
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,  # blocks the event loop
    "crawler.middlewares.refresh.RefreshMiddleware": 570,  # reads the decompressed page
    "crawler.middlewares.compression.CompressionMiddleware": 590,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,  # raises if the target is no URL
    "crawler.middlewares.redirect.WebRedirectMiddleware": 600,
    "crawler.middlewares.cookies.CookiesMiddleware": 701,  # sees the cookies of a response before it is redirected
    "crawler.middlewares.archive.ArchiveMiddleware": 995,  # next to the network: sees what the site really sent
    "crawler.guard.middleware.GuardMiddleware": 999,  # last: a refused response is not archived
}
ITEM_PIPELINES_BASE = {  # ITEM_PIPELINES is for yours, which stand beside these
    "crawler.pipelines.own_pages.OwnPagesPipeline": 100,  # a page_item() becomes a page like all others
    "crawler.pipelines.clean.CleanPipeline": 300,
    "crawler.pipelines.lists.ListsPipeline": 500,
    "crawler.pipelines.store.StorePipeline": 700,  # stores, deduplicates and settles the lease in one transaction
}
# Pages that are items after our last pipeline, and stand in feeds, beside articles: "duplicates", "rejected".
ITEMS_INCLUDE: list[str] = []
SPIDER_CONTRACTS = {  # of `scrapy check`
    "crawler.spiders.contracts.LeaseContract": 10,
    "crawler.spiders.contracts.ArticleContract": 20,
}
# Scrapy's own, without LogStats, which Progress replaces, FeedExporter, which would write articles before it is known
# what is stored of them, and RemoteControl, a server that runs code. What is only set to None is loaded all the same.
EXTENSIONS_BASE = {
    "scrapy.extensions.corestats.CoreStats": 0,
    "scrapy.extensions.logcount.LogCount": 0,
    "scrapy.extensions.telnet.TelnetConsole": 0,
    "scrapy.extensions.memusage.MemoryUsage": 0,
    "scrapy.extensions.memdebug.MemoryDebugger": 0,
    "scrapy.extensions.closespider.CloseSpider": 0,
    "scrapy.extensions.spiderstate.SpiderState": 0,
    "scrapy.extensions.throttle.AutoThrottle": 0,
}
EXTENSIONS = {
    "crawler.feeds.exporter.StoredFeedExporter": 0,
    "crawler.finishing.end_of_run.EndOfRun": 0,  # settles the texts and ends the run, whoever started the crawl
    "crawler.guard.self_check.GuardCheck": 0,
    "crawler.extensions.contact.ContactCheck": 40,
    "crawler.extensions.disk_space.DiskSpace": 50,
    "crawler.extensions.earlier_holds.EarlierHolds": 90,
    "crawler.extensions.politeness.Politeness": 100,
    "crawler.extensions.prompt_stop.PromptStop": 200,
    "crawler.extensions.time_end.TimeEnd": 210,
    "crawler.extensions.progress.Progress": 500,
    "crawler.extensions.site_notices.SiteNotices": 600,
}
FEED_EXPORTERS = {  # with the values of `scrapy export`
    "csv": "crawler.feeds.formats.ArticleCsvExporter",
    "xml": "crawler.feeds.formats.ArticleXmlExporter",
    "parquet": "crawler.feeds.parquet.ParquetItemExporter",
}
FEED_EXPORT_ENCODING = "utf-8"
PROGRESS_INTERVAL = 10.0  # seconds between two progress lines; at a terminal there is a live table instead

# --- Alerts and metrics -----------------------------------------------------------------------------------------------
# Read from the environment, where a service or a crontab sets them. Tokens and passwords stay there: crawler/alerts.
ALERTS = os.environ.get("ALERTS", "")  # channels: mail, slack, telegram, discord, sentry, webhook, file; empty: none
ALERT_FILE = os.environ.get("ALERT_FILE", "")  # of the channel "file"; empty: DATA_DIR/alerts.txt
ALERT_SLACK_API = os.environ.get("ALERT_SLACK_API", "https://slack.com/api/")
ALERT_TELEGRAM_API = os.environ.get("ALERT_TELEGRAM_API", "https://api.telegram.org")  # or a server of your own
SPIDERMON_EMAIL_TO = os.environ.get("SPIDERMON_EMAIL_TO", "")  # addresses with commas between them
SPIDERMON_EMAIL_SENDER = os.environ.get("SPIDERMON_EMAIL_SENDER", "")  # empty: the first of those
SPIDERMON_SMTP_HOST = os.environ.get("SPIDERMON_SMTP_HOST", "localhost")
SPIDERMON_SMTP_PORT = os.environ.get("SPIDERMON_SMTP_PORT", "25")
SPIDERMON_SMTP_USER = os.environ.get("SPIDERMON_SMTP_USER", "")  # empty: without a log-in
SPIDERMON_SMTP_ENFORCE_TLS = os.environ.get("SPIDERMON_SMTP_ENFORCE_TLS", "0")  # 1: STARTTLS, or no mail
SPIDERMON_SMTP_ENFORCE_SSL = os.environ.get("SPIDERMON_SMTP_ENFORCE_SSL", "0")  # 1: TLS from the first byte
SPIDERMON_SLACK_RECIPIENTS = os.environ.get("SPIDERMON_SLACK_RECIPIENTS", "")  # channels, with commas between them
SPIDERMON_SLACK_SENDER_NAME = os.environ.get("SPIDERMON_SLACK_SENDER_NAME", "Broadsheet")
SPIDERMON_TELEGRAM_RECIPIENTS = os.environ.get("SPIDERMON_TELEGRAM_RECIPIENTS", "")  # ids of chats
SPIDERMON_SENTRY_PROJECT_NAME = os.environ.get("SPIDERMON_SENTRY_PROJECT_NAME", "Broadsheet")
SPIDERMON_SENTRY_ENVIRONMENT_TYPE = os.environ.get("SPIDERMON_SENTRY_ENVIRONMENT_TYPE", "production")
METRICS_FILE = os.environ.get("METRICS_FILE", "")  # numbers of the last run, for Prometheus; empty: none are written

# --- What is switched off ---------------------------------------------------------------------------------------------
DOWNLOAD_HANDLERS = {
    "http": "crawler.hosts.download_handler.PoliteHandler",  # sends nothing to a host on hold
    "https": "crawler.hosts.download_handler.PoliteHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
DOWNLOAD_VERIFY_CERTIFICATES = True
TELNETCONSOLE_ENABLED = False
HTTPPROXY_ENABLED = False
# Scrapy's cookies last for the whole crawl, ours for one chain of redirects. A spider that logs in sets it to True.
COOKIES_ENABLED = False
METAREFRESH_ENABLED = False  # replaced by RefreshMiddleware

# --- The log ----------------------------------------------------------------------------------------------------------
LOG_LEVEL = "INFO"
LOG_VERSIONS: list[str] = []
STATS_DUMP = False  # the report is for people; the run's row in the database has every count
