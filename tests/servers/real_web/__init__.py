"""Papers that misbehave as real ones do, one module a theme.

false_dates.py    a paper that dates every entry of its sitemap by the clock
list_papers.py    a paper that lists sections as articles, and one without feed and sitemap
walls.py          a paper that shows something else instead of its articles
"""
