"""Broadsheet's commands, one a module, named as on the command line. What they share is in crawler/command_line.

crawl.py      crawl sites or WARC files into the store: Scrapy's command, with a report and exit codes for cron
explain.py    show what the cleaner keeps and cuts of one page, and why
export.py     write the corpus as a release; check a release, compare two
reclean.py    clean stored articles again from the archive
sites.py      show what is known of each site; add and remove keep rules
stories.py    show stories, and the revisions of their articles

Scrapy imports all of them whenever it starts. A module imports at its top only what is loaded quickly; the rest is
imported by the method that does the work.
"""
