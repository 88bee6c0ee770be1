"""Keeps a store in good order as it grows: how large it is, whether it is sound, what may go, where it moves.

size.py            start here: measure the store and the data folder, by part and by site, and how long the disk lasts
site_sizes.py      estimate what each site takes of the store and of the archive
search_size.py     how many bytes the index of the full-text search takes
check.py           check the database, its rows, and what the archive still holds
prune.py           prune old raw pages and rejected pages
orphans.py         find objects of an archive elsewhere that no row names
bring_together.py  bring the small objects of an archive elsewhere together
prune_plan.py      what a pruning set out to do, until it is done
retention.py       which pages are old enough to go, and which rows name their records
vacuum.py          give the space of deleted rows back
copy_store.py      copy a store into another database, and check the copy
copy_rows.py       copy the rows of one table
copy_target.py     the database that is copied into: how it begins, how far it is, how it becomes a store
table_digest.py    the digest of a table, the same on every database
"""
