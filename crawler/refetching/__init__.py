"""Fetches the articles of a release again, `scrapy crawl articles -a release=FOLDER`, and says what has become of them.

released.py    the release read back: addresses, sites, what their texts are recognised by
asking.py      which of its addresses are to be asked for, and since when
comparing.py   what became of each, the report and its table
"""
