"""Broadsheet's commands, one a module, named as on the command line. What they share is in crawler/command_line.

crawl.py        crawl sites or WARC files into the store: Scrapy's command, with a report and exit codes for cron
explain.py      show what the cleaner keeps and cuts of one page, and why
corpus/         read the stored articles, change them, release them
nights/         show what past crawls found, and what is known of sites and hosts
scrapy_tools/   Scrapy's own commands, as they work in this project

Scrapy imports all of them whenever it starts. A module imports at its top only what is loaded quickly; the rest is
imported by the method that does the work.
"""
