"""The spiders: `scrapy crawl articles` crawls sites, `scrapy crawl archive` replays WARC files.

articles.py     offers addresses, parses lists and article pages, records failures
arguments.py    parses the -a arguments of `articles` into a crawl plan
archive.py      makes an item of every HTML page in WARC files
"""
