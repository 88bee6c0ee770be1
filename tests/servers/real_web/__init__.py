"""Papers that misbehave as real ones do, one module a theme.

false_dates.py    a paper that dates every entry of its sitemap by the clock
walls.py          a paper that shows something else instead of its articles
many_addresses.py    a paper that shows each story at several addresses, and answers conditional requests
"""
