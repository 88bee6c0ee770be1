"""Item pipelines, in the order in which a page passes them.

clean.py    cleans the page in a child process, and sets the article of the item
store.py    start here: stores the article, judges duplicates and settles the lease, in one transaction
"""
