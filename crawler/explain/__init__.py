"""Explain what the cleaner makes of one page: the work behind `scrapy explain`.

local.py            read the page from a file or standard input
fetch.py            fetch the page from its site with one polite request
record_name.py      parse the name of a record in a WARC file
one_cleaner.py      the child process that cleans one page
archived.py         read the page, and the further parts of its article, from a WARC file
site_context.py     find the site of a page: its entry in `sites.toml`, and its memory in the store
one_request.py      send one request and hand its response on, for Scrapy's commands
response_page.py    make of a response the page that the cleaner gets, and what `articles` would make of it
shell.py            Scrapy's shell with clean(response)
explanation.py      the explanation: verdict, metadata with sources, counts of blocks
terminal.py         render the explanation for a terminal or a pipe
web_page.py         render the explanation as one web page
page.html           the template of that web page
json_document.py    render the explanation as one JSON object
"""
