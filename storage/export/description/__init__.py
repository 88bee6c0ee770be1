"""Writes the files that describe a release, for people and for other programs.

facts.py             everything that the descriptions are made from
counts.py            counts the articles of a release while they are written
manifest.py          manifest.json and the release id
card.py              README.md, the dataset card; its text is card.md.jinja
loading.py           which files other programs can load, and by which names
croissant.py         croissant.json, the description for machine learning
citation.py          CITATION.cff, how to cite the release
plots.py             the plots of the card, as SVG
common_licence.py    the licence of a release whose articles all declare the same one
escape.py            escapes foreign text for Markdown and SVG
"""
