"""How complete a night was: what the sources of a site listed, what became of it, and what no source listed.

measure.py      start here: measure the night of each site
capture_recapture.py    estimate a total from two lists
"""
