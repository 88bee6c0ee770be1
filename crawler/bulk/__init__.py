"""Cleans mountains of pages: WARC files in, a store and a release out, in tasks that datatrove runs on many machines.

run_bulk.py         start here: runs the stages one after the other, shows how far they are, adds up their counts
plan.py             what a run is to do; refuses a folder that holds another one's, or in which one works
inputs.py           finds and opens the WARC files: paths, folders, patterns, fsspec addresses
limits.py           names and numbers that `scrapy bulk --help` quotes
executors.py        datatrove's executors: local, Slurm, Ray
slurm.py            what the user says to Slurm, and what Slurm says of a run's jobs
stage.py            what all stages share: their counts, their seconds of the processor, their files
read_pages.py       stage 1: reads a share of the files, and cleans each page without any memory
warc_reader.py      reads the responses of a WARC file with fastwarc, the same ones as the crawl's reader
page_files.py       brings the pages of a site together: each task writes a file, the next stage reads a part of each
settle_sites.py     stage 2: stores the pages of a share of the sites, and settles these
site_store.py       the store of such a share, and what it tells of its articles
article_keys.py     the keys by which articles that may be one story are found
candidates.py       stage 3: finds pairs of articles that share enough values of their sketches, by buckets of values
match_articles.py   stage 4: judges these pairs by their texts
stories.py          stage 5: the duplicate verdicts of all articles that match another one
write_release.py    stage 6: puts the stores of all shares together, and writes the release
"""
