"""The steps of a night. Each can be run again after a kill, and leaves the same.

crawl.py      crawls all sites; its end settles the texts
health.py     tells what is odd about the night of each site
report.py     writes the report
release.py    writes the dated release
retention.py  removes raw and rejected pages that are older than they are kept
alerts.py     sends what is new, and what has healed
"""
