"""The frontier: every address ever offered, its state, and when it is due.

addresses.py    kinds and states of addresses, offers, leases, headlines
link_headlines.py    load the headlines by which links into a site are known
announcements.py     look up how addresses were announced
hosts.py        hosts on hold: record, end and look up holds
dates.py        decide which dates of a list are believed
rechecks.py     when an address is asked again: after nights in vain, for a second look, and because of its age
recheck_leases.py    lease articles that are to be looked at again because of their age
missing.py      mark articles as gone whose address answers with 404 or 410 twice
sections.py     keep an address as a section whose page turned out to be a list
listings.py     which kinds of sources listed an address, as bits
in_turn.py      choose which of many lists are read tonight
leasing.py      lease addresses that are due
lease_rows.py   make leases of the rows of addresses
waiting.py      count the articles that still wait when a run ends, by reason
outcomes.py     find addresses by what became of them
settling.py     end leases: settle, return or retry addresses
offering.py     put offered addresses into the frontier, or offer them again
same_pages/     addresses that show the same page
redirects.py    pass the offer of an address that redirects on to the known address of its page
validators.py   store ETag, Last-Modified and hash of responses, for conditional requests
"""
