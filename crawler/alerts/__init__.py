"""Alerts: tell the operator what is new in a night, and that it did not end, by mail, chat, webhook or file.

Off until ALERTS names a channel.

send.py        start here: sends an alert by each channel of ALERTS
check.py       refuse a channel that is not configured, before a night begins
secrets.py     tokens and passwords, which come from the environment alone, and are in no log
trouble.py     what went wrong with a night itself
message.py     the words of an alert
monitors.py    the findings of a night as monitors of Spidermon
channels.py    the actions of Spidermon by which an alert is sent
deadline.py    bound the time that a channel takes in all
mail.py        the mail: text, and the report as its attachment
"""
