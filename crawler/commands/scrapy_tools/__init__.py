"""Scrapy's own commands, as they work in this project."""
