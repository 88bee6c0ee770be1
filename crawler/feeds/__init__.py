"""Scrapy's feeds (`-o`, `-O`, FEEDS): the articles of a run with the fields and values of an export.

exporter.py     Scrapy's feed extension, fed from the store when the run has ended: start here
check.py        refuses a feed that cannot be written, before any request
formats.py      CSV and XML as an export writes their values
parquet.py      Parquet, which Scrapy has no exporter for
"""
