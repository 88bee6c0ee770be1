"""Asks news sites for pages (Scrapy) and sends each page through archive, cleaning, deduplication and store."""
