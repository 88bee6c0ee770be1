"""The program `python -m cleaning`: pages in, articles out.

command_line.py    what it does: reads pages, has them cleaned, writes articles
learn_first.py     --learn: learn sites from their pages before cleaning them
line_answers.py    in a child: parse a line, clean its page, write its answer
page_lines.py      parse pages that are lines of JSON
"""
