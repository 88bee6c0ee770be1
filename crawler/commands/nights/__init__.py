"""Show what past crawls found, and what is known of sites and hosts.

addresses.py    show which addresses failed, are gone, were rejected or wait
fleet.py        crawl with many workers on one PostgreSQL
holds.py        show the hosts on hold; lift their holds
nightly.py      crawl all sites within a budget, then what follows a crawl
report.py       report on a night: a web page, text or JSON
runs.py         show past runs and their tables
sites.py        show what is known of each site; add and remove keep rules
"""
