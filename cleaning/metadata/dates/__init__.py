"""Find when an article was published and changed, as its page says.

choose_date.py        choose the date of publication and of change from all statements
stated.py             dates that the page states for machines: JSON-LD, meta elements, the URL
displayed.py          dates that the page shows its reader
near_headline.py      read the lines around the headline, where a newspaper shows the date
attributes.py         the time that an element's attributes state, beside "three hours ago"
labels.py             tell a time of publication from that of a change, by the words and names beside it
zone.py               find the time zone that a time was written in
machine_times.py      parse times as machines write them (ISO 8601, mail dates, Unix times)
written_dates.py      parse times as people write them ("5. Mai 2024"), in many languages
hours.py              find the hour beside a day
zone_names.py         read a zone beside an hour: GMT+7, MSK, "EST" by the page's country
calendars.py          days of the Gregorian, Buddhist and Persian calendars
locale_words.py       write digits and words of a date in English, with dateparser's locales
month_names.py        names of months in 65 languages (months.txt)
day_month_order.py    decide whether 3/4 is in March or in April
"""
