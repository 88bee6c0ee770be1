"""How complete a night was: what the sources of a site listed, what became of it, and what no source listed.

measure.py      start here: measure the night of each site
change_rates.py         count what was edited or gone when it was looked at again, and load the rates of each site
capture_recapture.py    estimate a total from two lists
"""
