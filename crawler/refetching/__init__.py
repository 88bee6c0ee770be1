"""Fetch the articles of a release again (`scrapy crawl articles -a release=FOLDER`) and report their outcomes.

release_reader.py    read the addresses, sites and text hashes of a release
refetch.py           offer the addresses of a release to the frontier, over several runs if needed
refetch_report.py          find the outcome of each article, write the report, make its table
"""
