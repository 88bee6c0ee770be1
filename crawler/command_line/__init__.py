"""What the commands share. It stands outside crawler/commands, where Scrapy takes every class for a command.

command.py           the base of all commands: a user's mistake in one line and its exit status, Ctrl-C, the store
check_settings.py    refuse settings of ours with an invalid value
values.py            parse the values of options: days, whole numbers
"""
