"""The founding example in an article of our own.

article.py    its page, with pointers, reply form and repeated headline as a test wants them
dresses.py    in what forms and languages sites print these
"""
