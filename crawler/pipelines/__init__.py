"""Item pipelines, in the order in which a page passes them.

own_pages.py        archives what a spider of yours yields as a page, and makes the item of it
clean.py            cleans the page in a child process, and sets the article of the item
lists.py            reads the links of a page that is no article but a list of stories
store.py            start here: stores the article, judges duplicates and settles the lease, in one transaction
store_outcome.py    what became of a page that was given to the store, and how that is counted
"""
