"""The names of what can be seen of a run of text, in the order in which the model knows them.

Shallow text features of a block and of those around it tell an article from what surrounds it in any language
(Kohlschütter, Fankhauser, Nejdl: Boilerplate Detection using Shallow Text Features, WSDM 2010). To theirs we add what
trafilatura took, where the paragraphs stand in the tree, and what the page's parts are called. `survey.py` sees the
page and puts these in numbers, `signs.py` in words. A feature is a place in a vector: a name that is added, moved or
given another meaning wants a model that is trained again.
"""

from __future__ import annotations

# Names as quoted words would fill a page of their own.
OWN = tuple(
    """
    length words link_share own_links other_links sentence_end full_stop colon starts_lower starts_upper opens_quote
    upper_share digit_share commas capitals address bar rights_sign time repeated like_title like_description
    see_also more act share rights form
    """.split()  # noqa: SIM905
)
PLACE = tuple(
    """
    taken inside beyond in_region same_path path_share path_runs path_paragraphs alike alike_share
    siblings sibling_body sibling_paragraphs sibling_taken sibling_links before after from_first from_last relative
    tag_p tag_heading tag_item tag_cell tag_quote tag_caption tag_div
    in_nav in_aside in_footer in_header in_form in_figure in_list in_table in_quote in_article in_section
    named_chrome named_comments named_dateline named_caption named_opening named_content named_uncertain
    """.split()  # noqa: SIM905
)
STEPS = (-2, -1, 1, 2)  # from a run to its neighbours
NEIGHBOUR = ("length", "link_share", "taken", "same_path", "inside", "words", "like_title", "sentence_end")
NEIGHBOURS = tuple(f"{name}@{step:+}" for step in STEPS for name in NEIGHBOUR)
PAGE = ("coverage", "paragraphs")
FEATURES = OWN + PLACE + NEIGHBOURS + PAGE
# What a site's memory says of a text, for the model that is asked where there is one (cleaning/memory/recall.py).
RECALLED = (
    *(f"recurs@{step:+}" for step in STEPS),
    "site_articles", "path_articles", "path_kept", "path_likelihood",
    "pattern_articles", "pattern_kept", "pattern_likelihood", "site_kept", "by_site",
)  # fmt: skip
WITH_MEMORY = FEATURES + RECALLED
