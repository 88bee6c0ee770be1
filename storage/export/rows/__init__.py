"""Reads the rows of a release from the store and distributes them over splits and files.

read.py             reads rows of the store in batches of columns
splits.py           training, validation, test: which articles belong to which split
assign_splits.py    assigns each article of a batch to its split
shards.py           writes the files of one table in one format, with a maximum of rows each
"""
