"""The demo newspapers: four small sites, written for this project and served on loopback, with known gold texts.

content/       the stories, one text file each, in one folder per newspaper
content.py     read the story files
papers.py      the four newspapers: names, form of their addresses, sections
pages.py       render every page of a newspaper
templates/     the Jinja templates of the pages, feeds and sitemaps
listings.py    make feed, sitemaps and robots.txt of a newspaper
server.py      serve the newspapers on loopback and record the requests
gold.py        the records that a perfect crawl would store
"""
