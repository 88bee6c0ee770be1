"""The report of a night: how each site did, against the nights before; as a web page, as text and as JSON.

record.py           the report as a plain record
measures.py         the measures of a site's night, and how their numbers are written
usual.py            compare a number with what is usual
series.py           load the nights: their runs and the numbers of each site
site_numbers.py     read the numbers of a site in a run; put together those of several runs or sites
findings.py         sort the findings by what they were in a night
newest.py           find the newest articles of a night
disk.py             measure what the store takes of the disk, and when that is full
gather.py           gather the report of a night from the store
charts.py           draw the charts, as inline SVG
chart_specs.py      what Vega-Lite is told of a chart
sparkline.py        draw the small line of a site's nights
words.py            words for days and runs
web_page.py         render the report as one web page
report.html         the template of that page
report.css          its style
sort.js             sorts its tables
plain_text.py       render the report as text, for a mail
json_document.py    render the report as one JSON object
folder.py           how the files of the reports are called, and how they are discarded
write_report.py     write the web page, and a page for each of the newest articles
"""
