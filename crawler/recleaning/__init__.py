"""Clean stored pages again from the archive: after every run for what its sites' memories change, and on demand.

settler.py         after a run: learn the memory of each site, and clean again the articles that it affects
clean_stored.py    clean stored pages again, from what cleaning saw of them or from the archive
page_readings.py   find what cleaning saw of a site's stored pages
reclean.py         the work of `scrapy reclean`: try everything, judge it, then adopt it
differences.py     sum up what a trial changes, and decide whether that is plausible
site_readings.py   what cleaning saw of a site's newest pages, kept from night to night
spool.py           a file of records that survives a kill
page_decoder.py    turn archived responses into pages, as the crawl does
limits.py          the names and numbers that `scrapy reclean --help` quotes
"""
