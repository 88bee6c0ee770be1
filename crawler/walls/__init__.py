"""Pages that a site shows instead of its articles: consent, log-in, "not found", the front page.

redirect_target.py  judge by its address whether the target of a redirect can be the article
shown_page.py       what is remembered of a page to recognise it at another address
find_walls.py       find one page shown at several addresses of a site
judge.py            decide on a page in the transaction that stores it, and reject what is stored of a wall
watch.py            start here: examine each page, count what was decided, warn of walls
"""
