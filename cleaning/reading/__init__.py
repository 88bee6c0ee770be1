"""The first half of cleaning: all that a page's tree says, whatever the memory of its site says later.

page_reading.py    the reading of a page: what deciding on its article needs, with the tree while it is there
packed_parts.py    the parts of a packed reading as plain values: text runs, draft, blocks, times
packed_reading.py  a reading as bytes, for deciding again without the page
prepare_page.py    cut what is none of the article from the tree, and read the texts of what is left
read_tree.py       read a page: metadata, text runs, what nobody sees, pager, robots tags, posts, live blog
"""
