"""What is printed at the terminal, and how.

characters.py    make text of pages safe to print: no cursor movements, no direction overrides
console.py       the console of the live view and the log, and one for reports
json_log.py      write log records as JSON, with the run and the site
log.py           write every log record in one line, and silence start-up banners
numbers.py       numbers and lists as people read them
output.py        write to standard output, or to a file that is there whole or not at all
progress.py      a bar at a terminal, a log line now and then elsewhere
tables.py        how tables and marked lines are framed
"""
