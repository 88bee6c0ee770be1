"""Show what past crawls found, and what is known of sites and hosts.

sites.py    show what is known of each site; add and remove keep rules
"""
