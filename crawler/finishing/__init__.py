"""What is done when the last page of a crawl is stored, for every way of starting one: shell, script, several at once.

end_of_run.py       start here: measures the night, settles the texts, compares with a release, writes feeds
settling_progress.py    shows how far settling is
gone.py             marks articles as gone whose pages are missing, where the site has answered otherwise
metrics.py          the numbers of the last runs for Prometheus: METRICS_FILE
report.py           the report of a crawl as a value
"""
