"""Full-text search over headlines and texts.

search.py       start here: search the store
query.py        parse what is searched: words, phrases, beginnings of words, exclusions
index.py        keep the index: on PostgreSQL fill it, on both index what an older store holds
expressions.py  turn a query into the language of FTS5 and of tsquery
ranked.py       find the best or the newest hits in the index, on each database
snippets.py     cut the passage of a text that shows the hits, and mark them
"""
