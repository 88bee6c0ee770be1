"""Find the language of an article, by its text and by what its page says.

choose_language.py   decide between the text and what the page and the site's operator say
statements.py        what the page says of its language, nearest to the article first
codes.py             read language tags, and which languages are written in which script
scripts.py           find the script of a text
ngrams.py            the languages of a text by its sequences of letters, as langdetect computes them
"""
