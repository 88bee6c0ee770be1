"""The nights of each site as series of numbers, and what was found of a night against those before it.

account.py      what became of the addresses that a run had to fetch: found = fetched + failed + waiting
series.py       start here: record the numbers of a night by site, load those of the last nights
from_counts.py  the numbers that the counts of a run give
from_articles.py    the numbers that the articles of a run give: lengths, cuts, languages, dates, places of the text
findings.py     the findings: told once, closed when they heal, muted until a day
stored_nights.py    the nights of `scrapy nightly`: begin one, record its steps, find the one that was killed
"""
