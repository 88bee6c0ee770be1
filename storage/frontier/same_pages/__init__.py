"""Addresses that show the same page: known by their form, or learnt of each site.

twins.py        start here: merge the offers of addresses that show the same page
twin_forms.py   take addresses apart, to see which of them may show the same page
twin_evidence.py    what was seen of the parameters of a site, and which of them are ignored therefore
twin_learning.py    learn from compared pages which parameters to ignore, and apply it
"""
