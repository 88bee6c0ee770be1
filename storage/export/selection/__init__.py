"""Selects the articles of a release.

selection.py         the filters that were asked for, checked and normalised
choose.py            runs the selection: finds and orders the articles, counts what is left out
filters.py           turns all filters into SQL conditions on the articles
where.py             parses `--where` expressions into SQL conditions
where_operands.py    the fields and values of a `--where` expression
licences.py          decides which declared licences a word of `--licence` means
rights.py            turns the words of `--rights` into SQL conditions
"""
