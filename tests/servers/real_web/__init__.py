"""Papers that misbehave as real ones do, one module a theme.

day_paper.py      a paper of one day whose front page and feed each list a part of its articles
false_dates.py    a paper that dates every entry of its sitemap by the clock
long_reads.py     articles on several pages, with the pagers of many papers
"""
