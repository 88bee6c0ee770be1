"""Find article addresses in feeds, sitemaps and section pages, without fetching anything.

discover.py     read one fetched document and return the addresses it offers
offer_collector.py    collect the offers of one document: each address once, and why the others are refused
seeds.py        the first addresses of a site: its entry, its robots.txt, the usual paths
addresses.py    decide by its form whether an address is an article, a section or neither
address_parts.py        split an address into the parts that the rules look at
refusals.py     the rules that refuse an address, with the reasons that are counted
article_evidence.py     the rules that recognise the address of an article or a section
path_words.py        the path words that these rules look for, in many languages
documents.py    detect the kind of a document, decompress it
dates.py        parse the dates of feeds and sitemaps
month_names.py  translate the names of days and months in a date
feeds.py        read RSS, Atom and JSON feeds
entry_links.py  the addresses that an entry of a feed gives itself
entry_choice.py    choose the one under which it is offered
sitemaps.py     read sitemaps, sitemap indexes and news sitemaps
sitemap_children.py    the order in which the sitemaps of an index are read
sections.py     read the links of a section page
link_roles.py   find out what a link is on its page: a headline, an entry of a menu, or neither
feed_links.py   recognise links to feeds, in the head of a page and in its text
next_pages.py   find the link to the next page of a list, where no rel=next names it
query_charset.py        escape the query of a link in the encoding of its page
headlines.py    read headlines from links, feeds and news sitemaps
broken_markup.py    read the whole entries of XML that is not well-formed
markup.py       iterate over the elements of broken or hostile XML
"""
