"""Read one HTML page: its tree, text runs, headings and addresses. Nothing here knows what an article is.

addresses.py       resolve links against a page; the host, domain and site of a URL
canonical.py       turn a URL into its canonical form
charset.py         the bytes of a page or an XML document to text, whatever charset is declared
parsing.py         HTML text to a tree, within limits and without invisible characters
tags.py            the kinds of elements: part of a line, never read, and the kind of block each makes
line_parts.py      elements whose place or style tells whether they are part of a line: custom ones, styled spans
block_elements.py  the elements around a text: path, kind, place in a list or table
hidden.py          hidden elements, and words for screen readers within a line
question_buttons.py  questions in buttons, which are headings
text_runs.py       the texts between block boundaries, with their links and block elements
run_elements.py    the block elements of a page's text runs, each once
forum_posts.py     the posts of a forum's thread
list_entries.py    the entries of a list of stories: linked headlines with their teasers
paragraphs.py      which texts are prose, and how long a text is in any script
headings.py        the headings of a page, as a reader sees them
headline_key.py    headlines normalized, so that they can be compared
lines.py           short texts of a page, normalized to one line
part_names.py      what ids and classes call the parts of a page: comments, related, share
slug_names.py      take the slugs of headings out of ids and classes, which name no parts of the page
removal.py         cut elements out of the tree, and keep their texts as cut blocks
run_numbers.py     mark each text run with a number that survives trafilatura, and read the numbers back
lines_read_back.py  which runs a line of trafilatura's text is made of
symbols.py         the rare characters that these marks are written with
"""
