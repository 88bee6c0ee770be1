"""What the store knows of a site from its own pages.

observations.py    the observation of each page, and the memory dependency of each article
memories.py        the memory of each site, its repeated blocks, and its keep rules
site_report.py     reports on a site: counts, where its text is, what was cut from it
"""
