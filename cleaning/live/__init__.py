"""Live blogs: find the entries of a page, each with its time, heading, authors and paragraphs.

clocks.py          read the time of day that a text begins with, in the world's ways of writing it
time_marks.py      find the texts of a page that may be the time of an entry
alike.py           find parts of the page that are built alike, each with such a time and paragraphs of its own
judge.py           decide whether such parts are the entries of a live blog, not comments, teasers or a timeline
entry_head.py      read the head of one entry: time, heading, authors
entry_times.py     work out the moment of each entry, where the page shows the hour alone
find_live_blog.py  start here: the live blog of a page, if it is one
data_updates.py    match the updates that the page lists in JSON-LD with its entries
place_entries.py   make the blocks of an extraction those of the entries, and keep rules from their heads
"""
