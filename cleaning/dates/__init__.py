"""When an article was published and changed, as its page says.

choice      which of all statements is believed
stated      what the page says for machines
shown       what it shows its reader
near        the lines around the headline, where a newspaper shows the date
zone        the clock that a time was written by
moments     times as machines write them
written     times as people write them, in many languages (months.txt)
order       whether 3/4 is in March or in April
"""
