"""What a site repeats, learnt from its articles, and used to read the next one.

fingerprint   when two blocks are the same but for a date or a number
observation   what one page tells of its site, seen without any memory
sketches      which pages are copies of one article
learning      observations to a memory: a function of their set
site_memory   the memory of one site
recall        one page seen with it: what of it repeats, what stands where articles stand
traces        what of a memory an article's text depends on
"""
