"""The steps of a night. Each can be run again after a kill, and leaves the same.

crawl.py      crawls all sites; its end settles the texts
report.py     writes the report
release.py    writes the dated release
"""
