"""Takes articles down: out of the store and the archive, and never stored again (scrapy remove).

remove.py           start here: erases pages from the store, then from the archive, then learns their sites anew
erase_archive.py    erases the records of what was taken down from the files of the archive
"""
