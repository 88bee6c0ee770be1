"""The spiders: `scrapy crawl articles` crawls sites, `scrapy crawl archive` replays WARC files.

articles.py     offers the first addresses, makes an item of every article page, records failures
list_parser.py    parses feeds, sitemaps and section pages, and offers what they name
usual_paths.py    decides when the usual addresses of feeds and sitemaps are tried
unchanged_article.py    settles the lease of an article that has not changed
arguments.py    parses the -a arguments of `articles` into a crawl plan
contracts.py    contracts for `scrapy check`: @lease, @article
archive.py      makes an item of every HTML page in WARC files
"""
