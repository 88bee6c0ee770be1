"""The work of `scrapy db`, with its progress and its words.

check_store.py      checks the store and the archive, and says what to do
copy_database.py    copies the store into another database
prune_store.py      prunes the store, the archive, the reports and the readings
"""
