"""The second half of cleaning: decide on the article of a page that was read, with the memory of its site or without.

choose_texts.py   choose the texts of the article: by their place, by the site's memory, or with trafilatura
decide.py         decide on blocks, language and verdict; and observe what the page tells of its site
"""
