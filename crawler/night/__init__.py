"""The nights of `scrapy nightly`: all sites within a budget, then what follows a crawl, step by step.

options.py        the options of a night: from the command line, from the settings, from a night that was killed
budget.py         when a night ends, and how much of its time belongs to what follows the crawl
open_night.py     begins a night, or goes on with the one that was killed
run_night.py      runs the steps one after the other, records and tells each, and decides the exit status
steps/            the steps: crawl, release
troubles.py       what is to be told of the nights themselves: one did not end, or its time was over
tell.py           the line of a step: numbers, durations, what waits
desk.py           what the steps share: the store, the options, the night's own row, the crawl
status.py         what the last nights did (--status)
preview.py        what a night would do (--dry-run)
"""
