"""What the commands share. It stands outside crawler/commands, where Scrapy takes every class for a command.

command.py           the base of all commands: a user's mistake in one line and its exit status, Ctrl-C, the store
tool.py              the base of Scrapy's own commands: guarded, polite, without the store
crawl_process.py     run a crawl in this process, to its end
demo.py              serve the demo newspapers while a command runs
check_settings.py    refuse settings, of ours or Scrapy's, with an invalid value
check_log.py         refuse a log level or a file that cannot be used
setting_names.py     find settings that were probably misspelt
spider_arguments.py  the -a arguments: refuse what is given twice, find what was typed as an option
search_words.py      the words of a search as they are typed in a shell
values.py            parse the values of options: days, whole numbers
"""
