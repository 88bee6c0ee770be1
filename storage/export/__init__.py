"""Writes the corpus as a release, checks a release, and compares two (`scrapy export`).

release.py          writes a release, from the store to the finished folder: start here
option_words.py     the words that `scrapy export --help` lists, without imports
selection/          which articles a release holds: the filters and the order
rows/               reads the selected articles and distributes them over splits and files
formats/            writes one file of rows, one module a format
tables/             the extra tables of `--include`, one module a table
description/        what describes a release: manifest, card, plots, citation, croissant.json
checking/           verifies a release against its manifest; compares two releases
schema.py           the tables and fields; formats, manifest and card are made from them
batch.py            rows in memory, by columns or by records
released_file.py    one file of a release, with its size and checksum
folder.py           makes the folder of a release appear only when it is complete
text_hashes.py      hashes by which a text can be recognised that the release does not contain
"""
