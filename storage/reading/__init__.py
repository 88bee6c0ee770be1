"""Reads the store from Python: articles, stories, revisions, runs, and the archived pages.

    from storage import open_store

    with open_store("data") as store:
        for article in store.articles(site="courier", since="2026-11-01"):
            print(article.title, article.words)

open_store.py       start here: opens a data folder or a database
store.py            Store: all that can be asked of a store
filters.py          the keywords of `Store.articles`, made a selection of the export
article_record.py   the record of one article: the fields of a release, its blocks on demand
load_articles.py    loads articles as records, and their blocks
live_blog.py        the entries of a live blog, each with its text
find_page.py        finds the page of an address, however it is written, or of an id
data_frames.py      tables of articles for pyarrow and pandas
stored_page.py      everything that the store knows of one page, for `scrapy show`
releases/           reads a release as a store
raw_page.py         the archived response of a page: status, headers, body and HTML
"""
