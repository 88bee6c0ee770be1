"""Papers that misbehave as real ones do, one module a theme.

false_dates.py    a paper that dates every entry of its sitemap by the clock
long_reads.py     articles on several pages, with the pagers of many papers
"""
