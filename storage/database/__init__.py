"""The database under the store: opening it, writing to it, and what happens when it fails.

disk.py      flush a file or a folder to the disk
engine.py    open the database, SQLite or PostgreSQL
old_copy.py  copy the file of SQLite before an upgrade
schema.py    the version of the schema: check it, upgrade an older one
faults.py    classify an error of the database or the disk
locks.py     claim the data folder, the database, or sites in it for one crawl
server_claim.py     the claim on PostgreSQL: held, confirmed, lost, taken over
query_batches.py    split the values of an IN (...) over several queries
retry.py     retry a write while the database or disk fails or is full, until STORAGE_PATIENCE is over; then
             StorageLost
types.py     column types that mean the same on SQLite and PostgreSQL
words.py     fold text into the words that are searched
writer.py    commit the changes of a crawl in groups, in one thread
"""
