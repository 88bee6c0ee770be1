"""Find who wrote an article: the persons of its byline, and the agencies, desks and papers that it is from.

find_authors.py       start here: asks all places of the page, and chooses between them
linked.py             the authors in JSON-LD
marked.py             what the best of the bylines names that the page marks
marks.py              the elements that are marked: microdata, classes, links to the pages of authors
surroundings.py       where a byline stands, and how likely it is the article's
names.py              takes a byline apart: persons, sources, and what is neither
words.toml            words of bylines: "and", jobs, agencies, desks, accounts
"""
