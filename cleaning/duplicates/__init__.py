"""Which articles repeat one another, and which texts are the same.

fingerprint.py       hash the words of a block, with dates and numbers left out
judge.py             start here: decide whether two articles match, which one represents their story, and what the
                     others are to it
kinds.py             the names of the rules and kinds of duplicates
likeness.py          compare two texts word by word: shared fraction, likeness, templates
near_copies.py       cluster the pages of a site that are copies of one article
shingles.py          a text as words and as runs of words
article_sketch.py    what is stored of an article to find its duplicates: headline key, text sketch
"""
