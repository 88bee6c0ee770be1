"""Read the stored articles, change them, release them.

browse.py     show the store in a browser
bulk.py       clean the pages of WARC files on many processors or machines, into a store and a release
db.py         show the schema of the database, upgrade it
export.py     write the corpus as a release; check a release, compare two
reclean.py    clean stored articles again from the archive
remove.py     take articles or a site down: out of the store and the archive, never stored again
search.py     search the headlines and texts of the stored articles
show.py       show one stored article, what was cut of it and why
stories.py    show stories, and the revisions of their articles
"""
