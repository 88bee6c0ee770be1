"""Runs the scripts of pages whose text only they make, in the system's Chromium, by scrapy-playwright.

The page is fetched like any other: by the frontier's lease, under robots.txt, pauses, holds and limits, by the same
download handler, into the archive. Then the browser gets what was fetched, runs its scripts, and gives back the page as
a reader would see it. So the browser asks for nothing but what the scripts of the page need.

render.py          start here: renders one response after the other, bounds and replaces the browser
visit.py           one visit of a page: it runs until it is quiet, and is read
page_script.js     what runs in the page: waits, scrolls, reads it with its shadow roots
page_requests.py   decides which requests of the page are sent; the crawl sends them: the browser has no network
named_hosts.py     which hosts a page names for its scripts and styles
redirects.py       follows the redirects of such a request
kept_scripts.py    keeps scripts and styles that all pages of a site ask for
trackers.txt       hosts from which nothing is loaded
check_browser.py   finds out before a crawl whether there is a browser
launch.py          finds Chromium, and how it is started
memory_watch.py    ends processes of the browser that use too much memory
"""
