"""Downloader middlewares, in the order in which a request passes them.

spider_requests.py  names the site of a request that a spider made without the frontier
scope.py            keeps every request on the hosts of its site
known_pages.py      ends a redirect to the address of a known article
robots.py           fetches robots.txt, and drops requests that it does not allow
robots_index.py     looks up the rules of a long robots.txt that may match an address
rights.py           finds out what the host says of the use of an article: robots.txt, tdmrep.json
rendering.py        lets the browser run the scripts of pages whose site needs that
page_downloads.py   downloads what their scripts ask for
browser_pages.py    which pages go through the browser
refresh.py          follows a page that leads on by itself
validators.py       makes requests conditional, recognises what has not changed
compression.py      decompresses response bodies, refuses decompression bombs
redirect.py         follows redirects to web addresses
cookies.py          sends the cookies of `sites.toml`, and those of one chain of redirects
archive.py          writes the responses of article pages to the archive
daily_fetch.py      fetches a file of a host at most once a day (used by robots and rights)
"""
