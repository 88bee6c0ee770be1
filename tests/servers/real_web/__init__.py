"""Newspapers that misbehave as those of the real web do, one module a theme.

long_reads.py      articles on several pages, with the pagers of many papers
"""
