"""Scrapy's own commands, as they work in this project.

fetch.py           prints what a site answers
view.py            opens a page in the browser
shell.py           Scrapy's console, with clean(response)
parse.py           shows what a spider makes of one page
check.py           checks the contracts of the spiders
bench.py           measures how many pages a minute can be asked for
runspider.py       runs a spider from a Python file
edit.py            opens a spider in the editor
list.py            lists the spiders
settings.py        prints the value of a setting
startproject.py    makes a project of Scrapy's
version.py         prints versions
genspider.py       writes a new spider from a template
spider_templates/  the templates that Scrapy does not have
"""
