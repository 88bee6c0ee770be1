"""Scrapy extensions: components that listen to the signals of a crawl.

contact.py        warns where the sites cannot reach the operator
disk_space.py     pauses the crawl while the disk is nearly full, ends it after STORAGE_PATIENCE
earlier_holds.py  keeps hosts on hold for a spider without the frontier
politeness.py     keeps the pause between two requests to a host
prompt_stop.py    drops waiting requests when the crawl is stopped
progress.py       shows a live table at a terminal, progress lines in a log
site_notices.py   warns of sites that yield no address, and logs every notice of the crawl when it ends
time_end.py       ends a crawl whose time is over
"""
