"""Read what a page says about its article beside the text: title, authors, dates, licence, rights, language.

collect.py            all of it, as an article without its text
structured.py         meta elements, links and JSON-LD of the page, read once
linked_data.py        schema.org objects in JSON-LD
own_articles.py       which of the articles in JSON-LD is the page's own
title.py              the headline that a reader sees
title_parts.py        titles taken apart at their separators
displayed_title.py    a headline that is no heading
authors/              the persons in a byline, and the agencies and papers
dates/                when the article was published and changed
licence.py            the licence, and whether the page is free to read
rights.py             reservations of text and data mining and of uses by AI
robots_tags.py        what the page asks of robots
page_kind.py          news, opinion, live, review and the like, by the page's own words
live_updates.py       the updates of a live blog in the page's data
rule_values.py        title, authors and date where sites.toml or the page's spider says that they stand
stated_address.py     the address that a page states of itself, where nobody else tells it
language/             the language, by the text and by what the page says
"""
