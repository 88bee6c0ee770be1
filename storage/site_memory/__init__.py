"""What the store knows of a site from its own pages.

observations.py    the observation of each page, and the memory dependency of each article
unsettled.py       the days whose pages came, went or changed since the site was settled
eras.py            which pages are cleaned with the same memory, and which that is learnt from
memories.py        the memory of each site, its repeated blocks, and its keep rules
site_report.py     reports on a site: counts, where its text is, what was cut from it
"""
