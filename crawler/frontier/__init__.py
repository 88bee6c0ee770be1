"""Scrapy's side of the frontier: which addresses a crawl fetches next, and what happens when one fails.

scheduler.py          Scrapy's scheduler: leases addresses, hands out their requests, stores holds
frontier_spider.py    the protocol of a spider whose requests come from the frontier
leases_ahead.py       keeps the addresses of each site that are leased ahead, and gives them back
lease_quota.py        leases addresses to each site up to its quota, and refuses those in traps
recheck_share.py      bounds how many articles of a site a run may look at again
traps.py              closes patterns of addresses whose pages are no articles
timers.py             wakes the scheduler when the next paused address comes due
record_failure.py     records in the frontier that a request failed
"""
