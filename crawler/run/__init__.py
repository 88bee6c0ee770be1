"""What all components of one crawl share: its session, its counts, and how it ends.

session.py           opens the database, its writer and the archive for one crawl, runs transactions, ends the run
run_row.py           the row of the run: a crawl begins and ends it, or joins one that several crawls share
archive_place.py     the archive that the settings name
archive_writer.py    writes exchanges to the archive in a thread of its own; waits while the disk is full or fails
object_writer.py     writes exchanges to an archive elsewhere, those of a moment as one object
shared_writer.py     shares one such writer between the crawls of a run in this process
open_archive.py      opens the archive of a crawl for writing; checks whether it may, and repairs it after a kill
counts.py            counts every event, in total and by site, in Scrapy's stats
brake.py             tells which part of the crawl holds up the others: fetching, cleaning or storing
address_bits.py      a set of addresses that takes one bit for each
nights.py            measures the night of a run when it ends
articles_spider.py   finds our articles spider among those of users, whose attributes may have the same names
spider_sites.py      names the site of a request that a spider made without the frontier
notices.py           collects what the operator should know of a site, with the line to write into sites.toml
rule_watch.py        counts what the rules of sites find in their pages, and says which of them find nothing
report.py            formats the counts: progress line, live table, table at the end
exit_codes.py        turns the finish reason and the counts into an exit code
time_budget.py       the time of a crawl that has to end at a moment
lent_claim.py        the claim on the data folder that a command lends to its crawl
lent_cleaners.py     the child processes that a process lends to each of its crawls
pauses.py            reads pauses from settings, and adds jitter
rechecks.py          reads from the settings when articles are looked at again
closing.py           tells whether a crawl has begun to end
starts.py            keeps the error with which a crawl could not start
once.py              makes an object once per crawler, so that components share it
search_backlog.py    index for `scrapy search` what an older version stored
"""
