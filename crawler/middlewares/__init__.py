"""Downloader middlewares, in the order in which a request passes them.

scope.py          keeps every request on the hosts of its site
robots.py         fetches robots.txt, and drops requests that it does not allow
robots_index.py   looks up the rules of a long robots.txt that may match an address
rights.py         finds out what the host says of the use of an article: robots.txt, tdmrep.json
compression.py    decompresses response bodies, refuses decompression bombs
redirect.py       follows redirects to web addresses
archive.py        writes the responses of article pages to the archive
daily_fetch.py    fetches a file of a host at most once a day (used by robots and rights)
"""
