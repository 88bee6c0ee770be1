"""Ten papers on loopback, night after night: for the night desk, which compares a site with its own past.

changes.py      what happens to a paper from some night on, in several forms
edition.py      what one paper answers in one night
press.py        the server of all papers
stories.py      the papers, and what each publishes a night
templates.py    their pages
words.py        sentences in seven languages
"""
