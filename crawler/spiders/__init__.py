"""`scrapy crawl articles` asks sites; `scrapy crawl archive` asks WARC files."""
