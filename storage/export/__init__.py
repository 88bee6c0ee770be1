"""Makes a release of the corpus: what is asked for (selection), how it is written (formats), what stands beside it.

release.py         the whole way, from the store to a finished folder
selection.py       what is asked for, and which articles that is, in which order
where.py           `--where`: an expression over the fields of a record
where_operands.py  the fields and values of one
filters.py         all filters as conditions on the articles
licences.py        `--licence`: which of the declared licences a word means
rights.py          `--rights`: what was reserved
splits.py          training, validation, test: by which rule
placing.py         the articles put into their splits
schema.py          the tables and fields: every format, the manifest and the card are made from them
batch.py           rows on their way, by columns or by records
reading.py         rows of the store, made into batches
formats/           one file a format
shards.py          the files of one table in one format
tables/            one file a table beside the articles
tally.py           the counts of what was written
hashes.py          a text known again by its hashes
facts.py           all that the descriptions of a release are made from
manifest.py        manifest.json and the release id
card.py            README.md, the dataset card
loading.py         which files and types other programs load: the card's head and croissant.json are made from it
one_licence.py     the licence of a release, where all its articles declare the same
plain.py           text of others as nothing but text
plots.py           what the card shows
croissant.py       croissant.json
citation.py        CITATION.cff
folder.py          the folder appears when it is whole, or not at all
verify.py          a release checked against its manifest
compare.py         two releases told apart
received.py        a manifest that somebody else may have made
inside.py          files of a release that somebody else may have made
reading_back.py    the files of a release read again
"""
