"""Makes a release of the corpus: what is asked for (selection), how it is written (formats), what stands beside it.

release.py      the whole way, from the store to a finished folder
selection.py    which articles, in which order, streamed
schema.py       the fields of a record: every format, the manifest and the card are made from them
formats/        one file a format
tally.py        the counts of what was written
manifest.py     manifest.json
card.py         README.md, the dataset card
folder.py       the folder appears when it is whole, or not at all
"""
