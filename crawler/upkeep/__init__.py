"""The work of `scrapy db`, with its progress and its words.

copy_database.py    copies the store into another database
"""
