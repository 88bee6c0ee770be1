"""Find when an article was published and changed, as its page says.

choose_date.py        choose the date of publication and of change from all statements
stated.py             dates that the page states for machines: JSON-LD, meta elements, the URL
displayed.py          dates that the page shows its reader
near_headline.py      read the lines around the headline, where a newspaper shows the date
zone.py               find the time zone that a time was written in
machine_times.py      parse times as machines write them (ISO 8601, mail dates)
written_dates.py      parse times as people write them ("5. Mai 2024"), in many languages (months.txt)
day_month_order.py    decide whether 3/4 is in March or in April
"""
