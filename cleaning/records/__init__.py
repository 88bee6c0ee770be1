"""The records that cleaning takes and gives. They are the only records that cross between the three packages.

given.py      what cleaning is given: Page, and what is known of it: HostRights, SiteRules, Known
article.py    what it gives: Article, with its Pager and the RuleOutcomes
block.py      the pieces of an article: Block, LiveEntry
times.py      times by the clock of their page, and as text
words.py      the words of a text, as the store and releases count them
"""
