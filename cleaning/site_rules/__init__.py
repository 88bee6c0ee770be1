"""What the operator of a site says in `sites.toml` of its pages: which elements hold the article, which are none of it.

selectors.py    parse the rules: CSS selectors, and paths into JSON-LD
removal.py      find the elements that `remove` names
text_place.py   find the text runs in the elements that `text` names

Title, author and date of publication are read in `cleaning.metadata.rule_values`. A spider of the user's own may know
the same of a page (`cleaning.records.given.Known`), and better: what it says goes before `sites.toml`.
"""
