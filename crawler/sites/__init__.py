"""The sites to crawl, as `sites.toml` lists them.

site.py            one site: its front page, its lists, and which addresses belong to it
sites_file.py      read `sites.toml`, and report a mistake with its key and line
toml_lines.py      find the line of each key in a TOML text
host_names.py      compare the hosts of two addresses
owners.py          find the site that an address belongs to, among editions on one host or domain
path_patterns.py   match addresses against the patterns of `include` and `exclude`
time_zones.py      find the time zone of a site, in which its days begin
"""
