"""Scrapy's own commands, as they work in this project.

genspider.py       writes a new spider from a template
spider_templates/  the templates that Scrapy does not have
"""
