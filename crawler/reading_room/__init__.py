"""The reading room (`scrapy browse`): the store, or a release, in a browser, by Datasette, with pages of ours.

check_browse.py    refuses where Datasette is missing
room.py            the Datasette over one store or release
plugin.py          what we add to it: our pages, what may be loaded, whom it answers
routes.py          the addresses, and what reads and shows each
overview.py        what the front page tells of the whole store
find.py            hits of a search, and what may be chosen among them
nearest.py         searches near one that finds nothing
commands.py        the commands that pages show
sources.py         cleans an archived page once more: where in it the metadata stand
story.py           a story over its sites, and two articles side by side
site.py            what is known of a site
changes.py         what changed against an older release
compare_stores.py  compares two stores article by article
word_changes.py    which words were changed between two texts
serve.py           serves it on loopback
"""
