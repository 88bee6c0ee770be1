"""Steps of storing an article, within its transaction.

deduplicate.py     applies cleaning/duplicates to the store: finds the matches of an article, updates the verdicts
                   that depend on it
parts.py           keeps the further parts of an article from becoming articles of their own
removed.py         keeps articles that were taken down from being stored again
rechecks.py        decides from a fetched page when its address is worth another look
recheck_results.py    plans and counts the looks at an article because of its age
offer_lists.py     offers to the frontier what a list names
same_pages.py      learns which addresses of a site show the same page
observations.py    stores the observation of a page and the memory dependency of its text
readings.py        keeps what cleaning saw of the night's pages, for settling
"""
