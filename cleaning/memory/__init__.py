"""What a site repeats: learned from its articles, and used to read the next page.

dependency.py     which repeated blocks and positions of the site memory one article's text depends on
learning.py       learn the memory of a site from its observations: what repeats, and from how many articles on
match.py          find the repeated blocks of one page, and its text at the positions where the site's articles stand
observation.py    record what one page tells of its site: its blocks, their positions, which were kept
observation_bytes.py    write an observation as bytes, and read it back without making all of it
site_memory.py    the memory of one site as an object and as stored bytes
"""
