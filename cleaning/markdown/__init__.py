"""Write an article as Markdown: CommonMark, with tables as GitHub and pandoc read them.

render.py          start here: the document of an article's kept blocks
layout.py          where a block stands in lists, quotes and tables
leaf_blocks.py     write one heading, paragraph, caption, correction or code block
table_rows.py      write the rows of a table
escape.py          escape what Markdown would take for markup
head.py            the metadata of an article as YAML, for the head of a document
"""
