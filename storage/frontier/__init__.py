"""The frontier: every address ever offered, its state, and when it is due.

addresses.py    kinds and states of addresses, offers, leases, headlines
link_headlines.py    load the headlines by which links into a site are known
announcements.py     look up how addresses were announced
hosts.py        hosts on hold: record, end and look up holds
leasing.py      lease addresses, and settle, return or retry them
offering.py     put offered addresses into the frontier, or offer them again
"""
