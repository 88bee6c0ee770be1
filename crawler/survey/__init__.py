"""Finds out what a site offers before it is crawled, and checks the sites of sites.toml.

add_sites.py         add sites to sites.toml: start here
added_site.py        a site that is being added: what is wanted, what was found, its draft or its problem
write_tables.py      write the drafts into sites.toml, or print them where it cannot be written
run_survey.py        run a small crawl into a store that is thrown away
survey_spider.py     the spider of it: the front page first, then lists that may exist, then ten pages
sample_scheduler.py  the limit of a site bounds the pages that were looked at
documents_seen.py    keep what every answer tells
read_list.py         what a feed, a sitemap or a section page names, and of which days
page_signs.py        what a page shows without its scripts, and in which language
sample.py            the pages that were looked at: articles with their cuts, others with the reason
list_guesses.py      where lists may be, and which of them a crawl would not find by itself
edition_folder.py    tell editions and sections from whole hosts
judge_survey.py      decide whether a crawl would bring articles, and if not, why
draft_entry.py       draft the table [[site]]
sites_file_edit.py   write tables into sites.toml
wanted_sites.py      read a CSV or OPML of sites to add
show_survey.py       show what was found, with its evidence
stored_facts.py      what the store knows: hosts on hold, the newest articles
hold_facts.py        why nothing may be asked of the host of a site now
check_sites.py       check the sites of sites.toml
troubles.py          find what of a site is broken
list_troubles.py     find which lists of its entry are gone, moved, empty or dead
trouble.py           one thing that is wrong
quick_check.py       check without a request whether a night could begin
"""
