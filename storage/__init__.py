"""Stores what a crawl finds: the frontier, articles and runs (SQLAlchemy), raw pages (WARC), and releases of them.

archive/        raw pages in WARC files: write, read back, repair
articles/       articles, their revisions, the index of near-duplicates, stories
database/       open the database, write to it, retry while it fails
export/         releases: select articles, write their files, verify and compare
frontier/       every address ever offered: offer, lease and settle them; hosts on hold
completeness/   how complete a night was, and what no source listed
migrations/     the schema, version by version (Alembic)
models/         the tables and their columns
runs.py         the row of each crawl: when it began, how it ended
site_memory/    observations of pages, and what was learnt of each site from them
"""
