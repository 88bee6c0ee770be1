"""Keeps a store in good order as it grows: how large it is, whether it is sound, what may go, where it moves.

size.py          start here: measure the store and the data folder, by part and by site, and how long the disk lasts
site_sizes.py    estimate what each site takes of the store and of the archive
search_size.py   how many bytes the index of the full-text search takes
copy_store.py    copy a store into another database, and check the copy
copy_rows.py     copy the rows of one table
copy_target.py   the database that is copied into: how it begins, how far it is, how it becomes a store
table_digest.py  the digest of a table, the same on every database
"""
