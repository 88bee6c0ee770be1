"""Reads a release as a store: it is made one, in a file of its own, and whatever reads a store reads it.

open_release.py     start here: checks a release, and opens the store that was made of it
fill_store.py       fills an empty store with the tables of a release
fill_blocks.py      gives its articles their blocks: the lines, what was cut, the entries of live blogs
convert_row.py      checks a record and converts its values
"""
