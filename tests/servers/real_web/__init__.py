"""Papers that misbehave as real ones do, one module a theme.

day_paper.py      a paper of one day whose front page and feed each list a part of its articles
false_dates.py    a paper that dates every entry of its sitemap by the clock
walls.py          a paper that shows something else instead of its articles
many_addresses.py    a paper that shows each story at several addresses, and answers conditional requests
long_reads.py     articles on several pages, with the pagers of many papers
lists.py          papers whose feeds and sitemaps are large, far away, packed twice, or in a charset that lies
"""
