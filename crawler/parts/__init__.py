"""Articles on several pages: fetch the further parts of an article in the run that fetches its first page.

collect.py     follows the pager of an article from part to part, and says why it ends
fetch.py       fetches one part through Scrapy's downloader, or takes it from a page that was fetched for itself
"""
