"""What the commands print: each view for a person at a terminal, and most as JSON.

addresses.py      what `scrapy addresses` shows: addresses with what became of them
bulk.py           what `scrapy bulk` did: the seconds of its stages, what became of the pages, the release
differences.py    what `scrapy reclean` would change, or changed
findings.py         what `scrapy sites findings` shows: what is odd about the nights of the sites
hits.py           what `scrapy search` finds, with the words marked
memory_use.py     by which site memory a stored page was cleaned, and what the present one says of its cut blocks
nights.py         what `scrapy sites nights` shows: how complete the last nights were
holds.py          what `scrapy holds` shows: hosts on hold
releases.py       what `scrapy export` wrote; a release checked, two compared
removals.py       what `scrapy remove` takes down, and has taken down
runs.py           what `scrapy runs` shows: past runs, and the table of one
size.py           what `scrapy db size` shows: how large the store is, by part and site
sites.py          what `scrapy sites` shows: repeated blocks, text positions, cuts, keep rules
stored_page.py    what `scrapy show` shows: one stored page, why each block was cut, its story and versions
stories.py        what `scrapy stories` shows: clusters, copies, versions of an article
"""
