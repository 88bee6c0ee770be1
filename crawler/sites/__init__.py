"""The sites to crawl, as `sites.toml` lists them.

site.py            one site: its front page, its lists, and which addresses belong to it
sites_file.py      read `sites.toml`: start here
site_entry.py      read one entry [[site]]: the settings of a site
rules_entry.py     read the keys of an entry that say where things stand in the pages of the site
browser_entry.py   read the keys of an entry that say which pages need a browser
entry_errors.py    report a mistake with its key and line
toml_lines.py      find the line of each key in a TOML text
host_names.py      compare the hosts of two addresses
home_origin.py     write addresses with the scheme and host that the front page redirects to
owners.py          find the site that an address belongs to, among editions on one host or domain
site_groups.py     group the sites that one crawl has to take together
path_patterns.py   match addresses against the patterns of `include` and `exclude`
time_zones.py      find the time zone of a site: the one that its entry names, of its country, or of its lists
site_days.py       decides which articles are of the days that `-a since=` asks for, by the clock of each site
"""
