"""What `from cleaning import ...` gives: calls that clean one page or many, and learn sites.

one_page.py        clean_html, clean_file: one page, in this process
many_pages.py      clean_many: any number of pages, in child processes, in their order
learn.py           learn_site, learn_sites: learn the memory of a site from its pages
make_pages.py      make the Page that is cleaned of what a caller has: text, bytes, a file
"""
